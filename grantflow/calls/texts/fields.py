"""What the values of a fund's documents are called, and how people read them: pages of editions show nothing else."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, pgettext

from grantflow.accounts.texts import PARTIES
from grantflow.kernel import clock
from grantflow.kernel.parties import Party
from grantflow.platform import locale
from grantflow.releases.rules import Path

#: By the name of a field; by its owner's name and its own where one name means two things.
FIELDS: Mapping[str, Any] = {
    "de": _l("in German"),
    "fr": _l("in French"),
    # Funders, law, agreement, pages.
    "name": _l("Name"),
    "authority": _l("Authority"),
    "department": _l("Department"),
    "signatory_function": _l("Function of whoever signs"),
    "ms": _l("of a woman"),
    "mr": _l("of a man"),
    "neutral": _l("without a form of address"),
    "address": _l("Address"),
    "street": _l("Street and number"),
    "postal_code": _l("Postal code"),
    "city": _l("City"),
    "contact": _l("Contact for questions"),
    "contact.name": _l("Person or office"),
    "phone": _l("Telephone"),
    "email": _l("E-mail address"),
    "treasury": _l("Contact for payments"),
    "treasury.name": _l("Person or office"),
    "register_prefix": _l("First letters of the register number"),
    "legal_basis": _l("Legal basis"),
    "remedy": _l("Legal remedies"),
    "court": _l("Court"),
    "months": _l("Months after the notification"),
    "months_abroad": _l("More months for recipients abroad"),
    "online": _l("Where a claim can be lodged online"),
    "title": lazy_pgettext("document", "Title"),
    "signed_on": _l("Signed on"),
    "valid_from": _l("First day"),
    "valid_to": _l("Last day"),
    "is_assumed": _l("Assumed, not yet signed as far as we know"),
    "text": lazy_pgettext("document", "Text"),
    # Calls.
    "agreement": _l("Agreement"),
    "summary": _l("Summary"),
    "opens_at": _l("Opens"),
    "closes_at": _l("Closes"),
    "guideline": _l("Guidelines"),
    "guideline.version": lazy_pgettext("guidelines", "Version"),
    "dated": lazy_pgettext("guidelines", "Date"),
    "lead_days": _l("Days between sending and the start of the project"),
    "return_days": _l("Days to complete a returned file"),
    "reviewers_per_side": _l("Reviewers of each city"),
    "gap_limit": _l("Gap in points that asks for a third review"),
    "first_instalment": _l("First instalment"),
    "report_months": _l("Months until the report is due"),
    "categories": _l("Funding categories"),
    "number": _l("Number"),
    "up_to": _l("Largest amount"),
    "share": _l("Largest share of the eligible costs"),
    "min_score": _l("Minimum score"),
    "min_score_is_assumed": _l("Minimum score assumed"),
    "closings": _l("Closing dates"),
    "criteria": _l("Criteria"),
    "code": _l("Short name"),
    "question": _l("Question"),
    "scale": _l("Scale"),
    "zero": _l("0 points"),
    "five": _l("5 points"),
    "ten": _l("10 points"),
    "weight": _l("Weight"),
    "questions": _l("Questions"),
    "step": _l("Step of the application"),
    "label": _l("Question"),
    "help": _l("Explanation"),
    "longest": _l("Longest answer in characters"),
    "asked_from": _l("Asked from category"),
    "required_from": _l("Answer required from category"),
    "informs": _l("Criteria it informs"),
    "papers": _l("Papers asked for"),
    "kinds": _l("Kinds of organisation"),
    "countries": _l("Countries"),
    "guide_rates": _l("Guide rates"),
    "kilometre": _l("per kilometre"),
    "day": _l("per person and day"),
    "night": _l("per person and night"),
    "interpreter": _l("per hour of interpreting"),
    "envelopes": _l("Envelopes"),
    "party": _l("Funder"),
    "limit": _l("Amount of the envelope"),
    "is_released": _l("Released for decisions"),
}


def called(path: Path) -> Any:
    """What the value at a path is called by itself, beside its fields: not yet in any language."""
    owner = str(path[-2]) if len(path) > 1 else ""
    return FIELDS.get(f"{owner}.{path[-1]}") or FIELDS[str(path[-1])]


def label(path: Path) -> str:
    """``Address: Street and number``; items of lists by their names."""
    owner, words = "", []
    for step in path:
        found = FIELDS.get(f"{owner}.{step}") or FIELDS.get(str(step))
        words.append(str(found) if found and isinstance(step, str) else _item(step))
        owner = str(step)
    return " – ".join(words)


def _item(name: str | int) -> str:
    return str(PARTIES[Party(name)]) if name in set(Party) else str(name)


def spoken(path: Path, value: Any) -> str:
    """The value as people read it; "" for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(pgettext("answer", "Yes") if value else pgettext("answer", "No"))
    if isinstance(value, list):
        return ", ".join(spoken(path, item) for item in value)
    if isinstance(value, dict):
        inner = ((label((*path, key)[-2:]), spoken((*path, key), its)) for key, its in value.items())
        return "; ".join(f"{name}: {words}" for name, words in inner)
    name = next((str(step) for step in reversed(path) if step in FIELDS), "")
    return _SPEAKERS.get(name, _moment)(value)


def _euros(value: Any) -> str:
    """A draft may hold what is no amount."""
    try:
        return locale.money(int(Decimal(str(value)) * 100))
    except InvalidOperation:
        return str(value)


def _percent(value: Any) -> str:
    try:
        figure = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return locale.percent(figure, 0 if figure == figure.to_integral_value() else 2)


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MINUTE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:00)?")


def _moment(value: Any) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return locale.long_date(date.fromisoformat(value))
    if isinstance(value, str) and _MINUTE.fullmatch(value):
        return locale.long_datetime(datetime.fromisoformat(value).replace(tzinfo=clock.LOCAL))
    return str(value)


#: By the name of a field whose value does not tell by itself how it is read: documents hold amounts as text.
_SPEAKERS: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(("up_to", "limit", "kilometre", "day", "night", "interpreter"), _euros),
    **dict.fromkeys(("share", "first_instalment"), _percent),
    "party": _item,
}
