"""The organisation's form: one for all kinds, of which a page shows what this kind is asked."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import BooleanField, FormField
from wtforms import Form as PlainForm

from grantflow.kernel.parties import Party
from grantflow.platform import errors
from grantflow.platform.forms import (
    Code,
    DateField,
    Form,
    Line,
    RadioField,
    Rows,
    SelectField,
    chosen,
    one_of,
    required,
)

from . import rules, texts
from .rules import Profile
from .states import Country, Kind

#: People an informal group may name on the form.
PEOPLE_MAXIMUM = 12


class PersonForm(PlainForm):
    name = Line(_l("First and last name"))
    city = Line(_l("Place of residence"), limit=100)


def _courts() -> list[tuple[str, Any]]:
    return [("", _l("Please choose")), *((court, court) for court in rules.COURTS)]


class OrganisationForm(Form):
    """``profile`` gives what was entered as plain values; formats are judged by ``rules.problems``."""

    name = Line(_l("Name of the organisation"), [required()])
    country = RadioField(
        _l("Country of the seat"), [chosen()], choices=lambda: [(str(c), label) for c, label in texts.COUNTRIES.items()]
    )
    kind = RadioField(
        _l("Kind of organisation"), [chosen()], choices=lambda: [(str(k), label) for k, label in texts.KINDS.items()]
    )
    street = Line(_l("Street and number"))
    postal_code = Code(_l("Postal code"))
    city = Line(_l("City"), limit=100)
    website = Line(_l("Website"))
    representative = Line(_l("Person who signs for the organisation"))
    register_court = SelectField(_l("Register court"), choices=_courts, default="")
    register_number = Code(_l("Register number"))
    exemption_on = DateField(_l("Date of the notice of tax exemption"))
    rna = Code(lazy_pgettext("field", "RNA number"))
    local_court = Line(_l("Tribunal that keeps the register of associations"), limit=100)
    local_volume = Code(_l("Volume"))
    local_folio = Code(_l("Folio"))
    siret = Code(_l("SIRET number"))
    siret_pending = BooleanField(_l("The SIRET number has been applied for and is still to come"))
    competent_body = Line(_l("Competent body"))
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
    people = Rows(FormField(PersonForm), min_entries=rules.GROUP_MINIMUM, max_entries=PEOPLE_MAXIMUM)
    iban = Code(_l("IBAN"))
    bic = Code(_l("BIC"))
    account_holder = Line(_l("Account holder"))

    @property
    def chosen_kind(self) -> tuple[Kind, Country] | None:
        """Kind and country, once both are chosen."""
        try:
            return Kind(self.kind.data or ""), Country(self.country.data or "")
        except ValueError:
            return None

    def misses_kind(self) -> bool:
        """Whether kind or country is still to be chosen; each then says so at its field."""
        return not all([self.country.validate(self), self.kind.validate(self)])

    @property
    def asked(self) -> frozenset[str]:
        """The fields to show."""
        return rules.asked(*self.chosen_kind) if self.chosen_kind else frozenset({"name", "kind", "country"})

    @property
    def plain(self) -> frozenset[str]:
        """Fields that are no registration."""
        return rules.COMMON | {"representative", "people"}

    def add_person(self) -> None:
        if len(self.people.entries) < PEOPLE_MAXIMUM:
            self.people.append_entry()

    def profile(self) -> Profile:
        """What was entered; call it only once kind and country are chosen."""
        values = {name: getattr(self, name).data for name in rules.PROFILE_FIELDS}
        texts_only = {name: value or "" for name, value in values.items() if isinstance(value, str | None)}
        return rules.normal(
            Profile(
                **{
                    **values,
                    **texts_only,
                    "kind": Kind(self.kind.data),
                    "country": Country(self.country.data),
                    "exemption_on": self.exemption_on.data,
                    "people": [
                        {"name": person["name"] or "", "city": person["city"] or ""} for person in self.people.data
                    ],
                }
            )
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Field by field, then number by number: each problem stands at its field."""
        sound = super().validate(extra_validators)
        found = rules.problems(self.profile()) if self.chosen_kind else {}
        for name, reason in found.items():
            field = self._fields[name]
            if not field.errors:
                field.errors = [errors.describe(reason)]
        return sound and not found
