"""The forms of an office on the page of one file."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, Optional

from grantflow.platform.forms import REQUIRED, DateField, Form, RadioField, Text, chosen, one_of, required


class Verdict(StrEnum):
    ADMIT = "admit"
    RETURN = "return"
    EXCLUDE = "exclude"


class FormalCheckForm(Form):
    verdict = RadioField(
        _l("Result of the formal check"),
        [chosen()],
        coerce=one_of(Verdict),
        choices=lambda: [
            (Verdict.ADMIT.value, _l("Admit: the file is complete and may be assessed")),
            (Verdict.RETURN.value, _l("Return for completion, with a deadline")),
            (Verdict.EXCLUDE.value, _l("Exclude: the file is inadmissible, for good")),
        ],
    )
    reason = Text(_l("Reason"), [Optional()], limit=2000)


class DeadlineForm(Form):
    until = DateField(_l("New deadline"), [InputRequired(REQUIRED)])
    reason = Text(_l("Reason"), [required()], limit=1000)
