"""The budget's four tables."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import Form as PlainForm
from wtforms import FormField, HiddenField

from grantflow.kernel.parties import Side
from grantflow.platform.forms import (
    Line,
    MoneyField,
    Rows,
    SelectField,
    Text,
)
from grantflow.platform.saving import SavingForm

from .. import rules, texts
from ..models import Version
from ..states import CostType, IncomeType, InKindType, LineKind
from .fields import labels


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
    type = SelectField(_l("Type"), coerce=CostType, choices=labels(texts.COSTS), default=CostType.TRAVEL)
    description = Line(_l("Description and calculation"), printed=False)
    side = SelectField(_l("Paid by"), coerce=Side, choices=labels(texts.SIDES), default=Side.GERMAN)
    cents = AmountField(_l("Amount"))


class IncomeForm(LineForm):
    WORDS = {
        "type": lazy_pgettext("column", "type"),
        "description": lazy_pgettext("column", "origin"),
        "cents": lazy_pgettext("column", "amount"),
    }
    type = SelectField(_l("Type"), coerce=IncomeType, choices=labels(texts.INCOMES), default=IncomeType.OWN_FUNDS)
    description = Line(_l("Origin"), printed=False)
    cents = AmountField(_l("Amount"))


class InKindForm(LineForm):
    WORDS = {
        "type": lazy_pgettext("column", "type"),
        "description": lazy_pgettext("column", "description"),
        "cents": lazy_pgettext("column", "value"),
    }
    type = SelectField(_l("Type"), coerce=InKindType, choices=labels(texts.IN_KIND), default=InKindType.VOLUNTEERING)
    description = Line(_l("Description"), printed=False)
    cents = AmountField(_l("Value"))


#: Most lines a table takes.
MOST_LINES = 60


class BudgetForm(SavingForm):
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

    def cell(self, key: str, column: str) -> Any:
        """The field of that column in the line of that key; None where the page has none."""
        entries = (entry.form for table in self.LINES for entry in getattr(self, table).entries)
        return next((line[column] for line in entries if str(line.key.data) == key and column in line), None)

    def words_of(self, key: str, column: str = "") -> str:
        """What the page calls the line of that key, or one of its cells; "" where it has none."""
        if (cell := self.cell(key, column)) is not None:
            return str(cell.label.text)
        for table, words in self.LINES.items():
            for number, entry in enumerate(getattr(self, table).entries, start=1):
                if str(entry.form.key.data) == key:
                    return str(words % {"number": number})
        return ""

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
