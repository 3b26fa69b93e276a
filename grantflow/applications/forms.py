"""The applicant's forms, one a step. A draft may stay half done: nothing here is required but to be readable."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import BooleanField, FormField, HiddenField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import Optional

from grantflow.kernel.parties import Party, Side
from grantflow.letters import texts as letter_texts
from grantflow.letters.states import Channel
from grantflow.organisations import texts as organisations
from grantflow.organisations.states import Country, Kind
from grantflow.platform.forms import (
    DateField,
    Email,
    Form,
    Line,
    MoneyField,
    RadioField,
    Rows,
    SelectField,
    SelectMultipleField,
    Text,
    WholeField,
    chosen,
    one_of,
    required,
)

from . import rules, texts
from .models import Application, Version
from .states import CostType, Declared, Format, IncomeType, InKindType, LineKind, State, Theme

PLEASE_CHOOSE = ("", _l("Please choose"))


def _labels(labels: Mapping[Any, Any], *, blank: bool = False) -> Any:
    return lambda: [*([PLEASE_CHOOSE] if blank else []), *((str(value), label) for value, label in labels.items())]


def _yes_or_no(value: Any) -> bool:
    if value in {"yes", "no"}:
        return bool(value == "yes")
    if isinstance(value, bool):
        return value
    raise ValueError(value)


class YesNoField(RadioField):
    """Yes, no, or not answered yet."""

    def __init__(self, label: Any, **kw: Any) -> None:
        super().__init__(
            label,
            [Optional()],
            coerce=_yes_or_no,
            choices=lambda: [("yes", lazy_pgettext("answer", "Yes")), ("no", lazy_pgettext("answer", "No"))],
            **kw,
        )


class StartForm(Form):
    """Which call, which organisation; the view offers what the person may choose."""

    call = RadioField(_l("Call for projects"), [chosen()])
    organisation = RadioField(_l("Organisation that applies"), [chosen()])


class PartnerForm(Form):
    has_partner = RadioField(
        _l("Do you have a partner in the other country?"),
        choices=lambda: [("yes", _l("Yes")), ("no", _l("Not yet: the search for a partner is part of the project"))],
    )
    name = Line(_l("Name of the partner organisation"))
    kind = SelectField(
        _l("Kind of organisation"), coerce=one_of(Kind), choices=_labels(organisations.KINDS, blank=True)
    )
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


class AnswersForm(Form):
    """A step of plain answers: its fields are called as facts and questions are."""

    #: The questions among the fields: one that the page did not show says nothing.
    codes: frozenset[str] = frozenset()

    def answers(self) -> dict[str, Any]:
        """Values by column; texts left empty are empty texts."""
        return {
            name: (field.data or "") if isinstance(field, StringField) else field.data
            for name, field in self._fields.items()
            if name != "csrf_token" and (name not in self.codes or field.raw_data)
        }


class ProjectForm(AnswersForm):
    title = Line(_l("Title of the project"), limit=120)
    theme = SelectField(_l("Theme"), coerce=one_of(Theme), choices=_labels(texts.THEMES, blank=True))
    format = SelectField(_l("Type of project"), coerce=one_of(Format), choices=_labels(texts.FORMATS, blank=True))
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


# --- the budget ------------------------------------------------------------------------------------


class AmountField(MoneyField):
    """An amount in a table whose head names the currency."""


class KeyField(HiddenField):
    """Which line of the budget this is. What is no key makes a new line."""

    data: UUID | None

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        try:
            self.data = UUID(valuelist[0]) if valuelist else None
        except ValueError:
            self.data = None

    def _value(self) -> str:
        return str(self.data or "")


class LineForm(PlainForm):
    """One line of a table; its fields are called by line and column: an error on top of the page has no other place."""

    WORDS: Mapping[str, Any] = {}
    key = KeyField()

    def name(self, words: Any) -> None:
        """``words`` name the line: ``Income 1``."""
        for field, column in self.WORDS.items():
            self[field].label.text = f"{words}, {column}"


class CostForm(LineForm):
    WORDS = {
        "type": lazy_pgettext("column", "type"),
        "description": lazy_pgettext("column", "description and calculation"),
        "side": lazy_pgettext("column", "paid by"),
        "cents": lazy_pgettext("column", "amount"),
    }
    type = SelectField(_l("Type"), coerce=CostType, choices=_labels(texts.COSTS), default=CostType.TRAVEL)
    description = Line(_l("Description and calculation"), printed=False)
    side = SelectField(_l("Paid by"), coerce=Side, choices=_labels(texts.SIDES), default=Side.GERMAN)
    cents = AmountField(_l("Amount"))


class IncomeForm(LineForm):
    WORDS = {
        "type": lazy_pgettext("column", "type"),
        "description": lazy_pgettext("column", "origin"),
        "cents": lazy_pgettext("column", "amount"),
    }
    type = SelectField(_l("Type"), coerce=IncomeType, choices=_labels(texts.INCOMES), default=IncomeType.OWN_FUNDS)
    description = Line(_l("Origin"), printed=False)
    cents = AmountField(_l("Amount"))


class InKindForm(LineForm):
    WORDS = {
        "type": lazy_pgettext("column", "type"),
        "description": lazy_pgettext("column", "description"),
        "cents": lazy_pgettext("column", "value"),
    }
    type = SelectField(_l("Type"), coerce=InKindType, choices=_labels(texts.IN_KIND), default=InKindType.VOLUNTEERING)
    description = Line(_l("Description"), printed=False)
    cents = AmountField(_l("Value"))


#: Most lines a table takes.
MOST_LINES = 60


class BudgetForm(Form):
    """The budget's four tables beside the grant asked for. Lines are added and removed by submit buttons."""

    costs = Rows(FormField(CostForm), min_entries=1, max_entries=MOST_LINES)
    requested = AmountField(_l("Grant asked for"))
    incomes = Rows(FormField(IncomeForm), min_entries=1, max_entries=MOST_LINES)
    uses = Rows(FormField(InKindForm), min_entries=1, max_entries=MOST_LINES)
    sources = Rows(FormField(InKindForm), min_entries=1, max_entries=MOST_LINES)
    other_public_funding = Text(
        _l("Other public money applied for or received for this project"), limit=1000, printed=False
    )

    TABLES = {
        LineKind.COST: "costs",
        LineKind.INCOME: "incomes",
        LineKind.IN_KIND_USE: "uses",
        LineKind.IN_KIND_SOURCE: "sources",
    }
    LINES = {
        "costs": _l("Cost %(number)d"),
        "incomes": _l("Income %(number)d"),
        "uses": _l("Use (86) %(number)d"),
        "sources": _l("Source (87) %(number)d"),
    }

    @classmethod
    def of(cls, version: Version, lines: Sequence[rules.Line]) -> "BudgetForm":
        """The saved budget, with one blank line in tables that have none."""
        side = version.application.lead_side
        data: dict[str, Any] = {
            "requested": version.requested_cents or None,
            "other_public_funding": version.other_public_funding,
        }
        for kind, table in cls.TABLES.items():
            data[table] = [
                {
                    "key": line.key,
                    "type": line.type,
                    "description": line.description,
                    "side": line.side or side,
                    "cents": line.cents or None,
                }
                for line in lines
                if line.kind is kind
            ]
        data["costs"] = data["costs"] or [{"side": side}]
        form = cls(data=data)
        form.name_lines()
        return form

    def name_lines(self) -> None:
        """Number the lines as they stand on the page."""
        for table, words in self.LINES.items():
            for number, entry in enumerate(getattr(self, table).entries, start=1):
                entry.form.name(words % {"number": number})

    def add(self, table: str, **values: Any) -> str:
        """One more blank line; returns its name, "" where there is none."""
        entries = getattr(self, table) if table in self.TABLES.values() else None
        if entries is None or len(entries.entries) >= MOST_LINES:
            return ""
        added = entries.append_entry(values or None)
        self.name_lines()
        return str(added.name)

    def remove(self, name: str) -> str:
        """Take the line of that name off; an unknown one is nobody's. Returns the name of the line that stands in its
        place, of the table where none is left.
        """
        for table in self.TABLES.values():
            entries = getattr(self, table).entries
            place = next((number for number, entry in enumerate(entries) if entry.name == name), None)
            if place is not None:
                del entries[place]
                self.name_lines()
                return entries[min(place, len(entries) - 1)].name if entries else table
        return ""

    def point_out(self) -> None:
        """Let amounts that cannot be read say so, though nothing is being saved."""
        entries = (entry.form for table in self.TABLES.values() for entry in getattr(self, table).entries)
        for amount in (self.requested, *(line.cents for line in entries)):
            amount.point_out()

    def lines(self) -> list[rules.Line]:
        """What was typed, without blank lines; an unreadable amount counts 0 and says that it cannot be read."""
        found: list[rules.Line] = []
        for kind, table in self.TABLES.items():
            for entry in getattr(self, table).entries:
                line = entry.form
                if not line.description.data and not line.cents.data and line.cents.is_blank:
                    continue
                found.append(
                    rules.Line(
                        kind=kind,
                        type=line.type.data or line.type.default,
                        description=line.description.data or "",
                        side=line.side.data if kind is LineKind.COST else None,
                        cents=line.cents.data or 0,
                        key=line.key.data if line.key.data not in {other.key for other in found} else None,
                    )
                )
        return found


def _channel(validators: Sequence[Any]) -> RadioField:
    return RadioField(
        _l("How shall the decisions reach you?"),
        validators,
        coerce=one_of(Channel),
        choices=_labels(letter_texts.CHANNELS),
    )


class ChannelForm(Form):
    channel = _channel([chosen()])


class DeclarationsForm(Form):
    codes = SelectMultipleField(
        _l("I declare for the organisation"),
        coerce=Declared,
        choices=(),
    )
    channel = _channel([Optional()])

    @classmethod
    def of(cls, version: Version, codes: Sequence[Declared]) -> "DeclarationsForm":
        form = cls(data={"codes": codes, "channel": version.application.channel})
        wanted = rules.required_declarations(version.lead.kind, version.lead.country)
        form.codes.choices = [(code.value, texts.DECLARATIONS[code]) for code in wanted]
        return form


class SendForm(Form):
    """Nothing but the token: everything has been said."""


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
