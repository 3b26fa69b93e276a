"""How a call is begun."""

from flask_babel import lazy_gettext as _l

from grantflow.platform.forms import Code, Form, RadioField, chosen, required


class NewForm(Form):
    code = Code(_l("Code of the call"), [required()], limit=5)
    base = RadioField(_l("Begin with"), [chosen()])
