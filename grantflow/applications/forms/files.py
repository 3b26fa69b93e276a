"""Begin a file, choose how its acts arrive, withdraw it; and the formal check of the office."""

from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Optional

from grantflow.platform.forms import (
    Form,
    RadioField,
    Text,
    chosen,
    one_of,
    required,
)

from ..models import Application
from ..states import State
from .fields import channel_field


class StartForm(Form):
    """Which call, which organisation; the view offers what the person may choose."""

    call = RadioField(_l("Call for projects"), [chosen()])
    organisation = RadioField(_l("Organisation that applies"), [chosen()])


class ChannelForm(Form):
    channel = channel_field([chosen()])


class PartnerWithdrawalForm(Form):
    """For the office in charge, which was told by letter or by telephone."""

    reason = Text(
        _l("What did the partner organisation say, and when?"), [required(_l("Please note what was said."))], limit=1000
    )


class WithdrawForm(Form):
    sure = BooleanField(_l("Yes, withdraw the application for good"), [required(_l("Please confirm."))])

    @classmethod
    def of(cls, application: Application) -> "WithdrawForm":
        """A draft is given up rather than withdrawn: nobody else has seen it."""
        form = cls()
        if application.state is State.DRAFT:
            form.sure.label.text = _("Yes, give up the draft for good")
        return form


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
