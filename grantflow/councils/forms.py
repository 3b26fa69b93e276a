"""The form of a sitting."""

from datetime import date
from typing import Any, cast

from flask_babel import lazy_gettext as _l

from grantflow.kernel.parties import Actor, Party
from grantflow.platform.forms import DateField, Form, RadioField, chosen, one_of, required

from . import policy, texts


class SittingForm(Form):
    party = RadioField(_l("Whose council"), [chosen()], coerce=one_of(Party))
    meets_on = DateField(_l("Day of the sitting"), [required()])
    papers_by = DateField(_l("Last day for its papers"), [required()])

    def entered(self) -> tuple[Party, date, date]:
        """Of a valid form: whose council, the day of the sitting and that of its papers."""
        return self.party.data, cast(date, self.meets_on.data), cast(date, self.papers_by.data)


def sitting_form(actor: Actor, **anew: Any) -> SittingForm:
    """For the councils of the actor's side: where there is one, it is chosen already."""
    form = SittingForm(**anew)
    own = policy.own(actor)
    form.party.choices = [(party.value, texts.COUNCILS[party]) for party in own]
    if len(own) == 1:
        form.party.data = own[0]
    return form
