"""The shape of what is sent: each step of a file, its budget, and what is decided about it as a whole."""

from .budget import BudgetForm
from .files import ChannelForm, FormalCheckForm, PartnerWithdrawalForm, StartForm, Verdict, WithdrawForm
from .steps import (
    STEPS,
    AnswersForm,
    DatesForm,
    DeclarationsForm,
    PartnerForm,
    PeopleForm,
    ProjectForm,
    SendForm,
    asking,
)

__all__ = [
    "STEPS",
    "AnswersForm",
    "BudgetForm",
    "ChannelForm",
    "DatesForm",
    "DeclarationsForm",
    "FormalCheckForm",
    "PartnerForm",
    "PartnerWithdrawalForm",
    "PeopleForm",
    "ProjectForm",
    "SendForm",
    "StartForm",
    "Verdict",
    "WithdrawForm",
    "asking",
]
