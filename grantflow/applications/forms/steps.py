"""The forms of the steps. A draft may stay half done: nothing here is required but to be readable."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import Optional

from grantflow.kernel.parties import Party
from grantflow.organisations import texts as organisations
from grantflow.organisations.states import Country, Kind
from grantflow.platform.forms import (
    DateField,
    Email,
    Line,
    RadioField,
    SelectField,
    SelectMultipleField,
    Text,
    WholeField,
    one_of,
)
from grantflow.platform.saving import SavingForm

from .. import rules, texts
from ..models import Version
from ..states import Declared, Format, StepName, Theme
from .budget import BudgetForm
from .fields import YesNoField, channel_field, labels


class PartnerForm(SavingForm):
    has_partner = RadioField(
        _l("Do you have a partner in the other country?"),
        choices=lambda: [("yes", _l("Yes")), ("no", _l("Not yet: the search for a partner is part of the project"))],
    )
    name = Line(_l("Name of the partner organisation"))
    kind = SelectField(_l("Kind of organisation"), coerce=one_of(Kind), choices=labels(organisations.KINDS, blank=True))
    city = Line(_l("City"), limit=100)
    contact_name = Line(_l("Contact person"))
    email = Email(_l("E-mail address"), limit=254)
    run_by = SelectField(
        _l("Run by one of the three partners"),
        coerce=one_of(Party),
        choices=lambda: [
            ("", _l("No")),
            (Party.DUESSELDORF.value, _l("Yes, by the city of Düsseldorf")),
            (Party.TOULOUSE.value, _l("Yes, by the city of Toulouse")),
            (Party.METROPOLE.value, _l("Yes, by Toulouse Métropole")),
        ],
    )
    role = Text(_l("What does each side do?"), limit=2000, printed=False)
    equal_roles = BooleanField(_l("Both organisations carry the project equally"))

    @classmethod
    def of(cls, version: Version) -> "PartnerForm":
        partner = version.partner
        form = cls(obj=partner, data={"equal_roles": version.equal_roles})
        if not form.is_submitted():
            form.has_partner.data = "no" if version.partner_search and partner is None else "yes"
        return form

    def partner(self, country: Country) -> dict[str, Any] | None:
        """The partner in ``country``; None while none is named."""
        typed = (self.name.data, self.city.data, self.contact_name.data, self.email.data, self.role.data)
        if self.has_partner.data == "no" or not any(typed):
            return None
        return {
            "name": self.name.data or "",
            "kind": self.kind.data or Kind.ASSOCIATION,
            "country": country,
            "city": self.city.data or "",
            "contact_name": self.contact_name.data or "",
            "email": self.email.data or "",
            "run_by": self.run_by.data,
            "role": self.role.data or "",
        }


class AnswersForm(SavingForm):
    """A step of plain answers: its fields are called as facts and questions are."""

    #: The questions among the fields: one that the page did not show says nothing.
    codes: frozenset[str] = frozenset()

    def answers(self) -> dict[str, Any]:
        """Values by column; texts left empty are empty texts."""
        return {
            name: (field.data or "") if isinstance(field, StringField) else field.data
            for name, field in self._fields.items()
            if name not in {"csrf_token", "seen"} and (name not in self.codes or field.raw_data)
        }


class ProjectForm(AnswersForm):
    title = Line(_l("Title of the project"), limit=120)
    theme = SelectField(_l("Theme"), coerce=one_of(Theme), choices=labels(texts.THEMES, blank=True))
    format = SelectField(_l("Type of project"), coerce=one_of(Format), choices=labels(texts.FORMATS, blank=True))
    summary = Text(_l("What is planned?"), limit=3000)
    places = Line(_l("Where does it happen?"), printed=False)


class PeopleForm(AnswersForm):
    participants_german = WholeField(_l("People from Germany taking part"))
    participants_french = WholeField(_l("People from France taking part"))
    volunteers = WholeField(_l("Volunteers who help"))
    volunteer_hours = WholeField(_l("Hours of voluntary work in all"))
    mostly_minors = YesNoField(_l("Are most participants under 18?"))
    is_school_trip = YesNoField(_l("Is it a school trip or a school exchange?"))


def asking(form: type[AnswersForm], questions: Sequence[rules.Question]) -> type[AnswersForm]:
    """The step's form with a field for each of these questions, called by its code."""
    fields = {its.code: Text(its.label, limit=its.longest, printed=False) for its in questions}
    return type(form.__name__, (form,), {"codes": frozenset(fields), **fields})


class DatesForm(AnswersForm):
    starts_on = DateField(_l("First day"))
    ends_on = DateField(_l("Last day"))


class DeclarationsForm(SavingForm):
    codes = SelectMultipleField(
        _l("I declare for the organisation"),
        coerce=Declared,
        choices=(),
    )
    channel = channel_field([Optional()])

    @classmethod
    def of(cls, version: Version, codes: Sequence[Declared]) -> "DeclarationsForm":
        form = cls(data={"codes": codes, "channel": version.application.channel})
        wanted = rules.required_declarations(version.lead.kind, version.lead.country)
        form.codes.choices = [(code.value, texts.DECLARATIONS[code]) for code in wanted]
        return form


class SendForm(SavingForm):
    """Nothing but the token and what was seen: everything has been said."""


#: The form of each step that is written.
STEPS: dict[StepName, type[SavingForm]] = {
    StepName.PARTNER: PartnerForm,
    StepName.PROJECT: ProjectForm,
    StepName.PEOPLE: PeopleForm,
    StepName.DATES: DatesForm,
    StepName.BUDGET: BudgetForm,
    StepName.DECLARATIONS: DeclarationsForm,
    StepName.CHECK: SendForm,
}
