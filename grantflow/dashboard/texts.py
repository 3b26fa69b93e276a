"""What there is to do, in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext, pgettext

from grantflow.accounts import texts as account_texts
from grantflow.applications import texts as application_texts
from grantflow.applications.models import Application
from grantflow.applications.rules import Difference
from grantflow.applications.states import Declared, LineKind
from grantflow.calls import texts as call_texts
from grantflow.kernel.parties import Party
from grantflow.organisations import texts as organisation_texts
from grantflow.platform import locale
from grantflow.platform.health import Finding

from .rules import Line, Part

TO_CHECK = _l("Files to check formally")
RETURNED = _l("Files waiting for completion by the applicant")
TO_PROPOSE = _l("Files ready for a proposal")
SENT_BACK = _l("Proposals sent back to you")
TO_DELIBERATE = _l("Proposals without délibération")
LATE = _l("Files whose decision comes too late for the start of the project")
TO_RELEASE = _l("Your announced budget to release")
ANNOUNCED = _l("Budgets announced and not released: nothing can be decided with them")
TO_SIGN = _l("Proposals waiting for your signature or consent")
EDITIONS_TO_SIGN = _l("Editions of the fund’s basis that wait for your signature")
NEW_LETTERS = _l("New letters to download")
ROLES_TO_CONFIRM = _l("Roles to confirm")
FAILED_WORK = _l("Letters and messages that failed")

#: What is asked about the work in the background, by the names of ``/status``.
CHECKS: dict[str, Any] = {
    "database": _l("Database"),
    "migrations": _l("Tables of the database"),
    "broker": _l("Queue"),
    "worker": _l("Workers"),
    "beat": _l("Clock of the workers"),
    "sweep": _l("Sweep for work left behind"),
    "store": _l("Storage of files"),
    "disk": _l("Space for files"),
    "clock": _l("Clocks of the computers"),
    "letters": _l("Letters in the queue"),
    "letters_failed": _l("Failed letters"),
    "letters_files": _l("Files of the letters"),
    "messages": _l("Messages in the queue"),
    "messages_failed": _l("Failed messages"),
    "mail": _l("Mail server"),
    "audit_chain": _l("Check sums of the audit trail"),
    "releases": _l("Editions in force on their day"),
    "upkeep": _l("Periodic work"),
}

#: Periodic work, by the names of its jobs.
UPKEEP: dict[str, Any] = {
    "accounts.forget_expired": _l("Delete links and sessions that ended"),
    "accounts.lapse_proposals": _l("End proposed roles that nobody confirmed"),
    "applications.forget_changes": _l("Delete how sent applications came about"),
    "audit.watch": _l("Check the audit trail"),
    "applications.measure": _l("Measure how long applications take"),
    "applications.lapse_returns": _l("Take returned applications back whose deadline is over"),
    "dashboard.report_failures": _l("Report failed work to the administrators"),
    "letters.scan": _l("Check the files of the letters"),
    "notifications.probe": _l("Ask whether the mail server answers"),
    "releases.take_effect": _l("Bring released editions into force on their day"),
    "review.forget_changes": _l("Delete how submitted reviews came about"),
    "upkeep.remind": _l("Give the reminders that are due"),
    "upkeep.forget_answers": _l("Delete notes about forms that were answered"),
    "upkeep.forget_attempts": _l("Delete counters of attempts"),
    "upkeep.forget_heartbeats": _l("Delete notes about ended workers"),
}

#: What workers and checks say in English, for whoever runs the house, and what it means. The first that fits holds.
_REASONS: tuple[tuple[str, Any], ...] = (
    (
        "^the link ended",
        _l("The link in the message had ended before it could be sent. The person can ask for a new one."),
    ),
    ("SMTPUTF8", _l("The mail server takes no address with such letters.")),
    ("^SMTP [0-9]", _l("The mail server did not take the message.")),
    ("no attempt came to an end", _l("The work was broken off several times without a result.")),
    ("has no glyph|not in the file:|would print as nothing|[Ff]ont", _l("A character or a font cannot be printed.")),
    ("OverLimit|more than [0-9]|MemoryError", _l("Making it took too long or too much memory.")),
    ("storage refused|No space|Read-only|Permission denied", _l("A file could not be stored.")),
    ("other bytes|Rotten|^damaged|not to be printed again", _l("A file is damaged.")),
    ("folder is gone", _l("A folder is missing.")),
    ("^nobody was seen", _l("No service is running that takes this work.")),
    ("^never seen|^last seen", _l("There has been no sign of life lately.")),
    ("nobody takes what|oldest has waited", _l("Work waits too long.")),
    ("gave up", _l("Work has failed and waits for a person.")),
    ("MB left", _l("Space is running out.")),
    ("database's clock", _l("A clock is wrong.")),
    ("^the database is at", _l("The tables of the database are those of another version.")),
    ("^broken at entry", _l("An entry was changed or is missing.")),
    ("^not in force on its day", _l("A released edition did not come into force on its day.")),
    ("^not checked", _l("It was not checked for two days.")),
    ("silent|timed out|[Tt]imeout", _l("No answer came in time.")),
    ("[Cc]onnect|unreachable|gaierror|Name or service|closed", _l("The connection failed.")),
)
_REFUSED = _l(
    "The mail server of the recipient refuses the message: the address is probably wrong or no longer in use."
)
_UNKNOWN = _l("An unexpected fault.")


def reason(said: str, *, recipient: bool = False) -> Any:
    """What a technical reason means. ``recipient``: what failed is about whom it was meant for."""
    found = next((label for pattern, label in _REASONS if re.search(pattern, said)), _UNKNOWN)
    return _REFUSED if recipient and said.startswith("SMTP ") else found


MESSAGES: dict[str, Any] = {
    "mail_not_tried": _l("Please send yourself a test message first."),
}

# --- what is missing to open -----------------------------------------------------------------------

PARTS: dict[Part, Any] = {
    Part.CLOCK: _l("Clocks of the computers"),
    Part.STORAGE: _l("Storage of files"),
    Part.WORKERS: _l("Work in the background"),
    Part.MAIL: _l("E-mail"),
    Part.STAFF: _l("Staff in every role"),
    Part.FACTORS: _l("Second factors"),
    Part.FUNDERS: _l("Data of the funders"),
    Part.LAW: _l("Legal texts"),
    Part.AGREEMENT: _l("Agreement of the cities"),
    Part.CALL: _l("Call for projects"),
}
#: What is said of a part that is there, and of one that is not.
THERE: dict[Part, Any] = {
    Part.CLOCK: _l("The clocks of the computers and of the database agree."),
    Part.STORAGE: _l("Files can be stored, and there is room for them."),
    Part.WORKERS: _l("Letters are made and messages are sent."),
    Part.MAIL: _l("A test message has arrived."),
    Part.STAFF: _l("Every role is held at each funder that needs it."),
    Part.FACTORS: _l("Nobody in office is without one, where it is required."),
    Part.FUNDERS: _l("Each funder has released its data."),
    Part.LAW: _l("Each funder has released its legal texts."),
    Part.AGREEMENT: _l("It is released."),
    Part.CALL: _l("It is released."),
}
ABSENT: dict[Part, Any] = {
    Part.MAIL: _l("Nobody has confirmed yet that a test message arrived."),
    Part.AGREEMENT: _l("It is not released yet."),
    Part.CALL: _l("No call is released yet."),
}


def lacks(line: Line, findings: Mapping[str, Finding]) -> list[Any]:
    """Why a line is not done, in sentences."""
    said = [ABSENT[line.part]] if line.is_absent else []
    said += [_("%(part)s: %(reason)s", part=CHECKS[name], reason=reason(findings[name].reason)) for name in line.faults]
    if line.parties:
        funders = ", ".join(str(account_texts.PARTIES[party]) for party in line.parties)
        said.append(_("Not released yet: %(funders)s", funders=funders))
    if line.people:
        said.append(
            ngettext(
                "%(num)d person in office has not set up a second factor yet.",
                "%(num)d people in office have not set up a second factor yet.",
                line.people,
            )
        )
    for party in Party:
        if roles := [str(account_texts.ROLES[role]) for its, role in line.roles if its is party]:
            said.append(
                _("%(funder)s: nobody yet for %(roles)s", funder=account_texts.PARTIES[party], roles=", ".join(roles))
            )
    return said


# --- what changed since a file was returned --------------------------------------------------------

_ORGANISATION: dict[str, Any] = {
    "name": _l("Name of the organisation"),
    "kind": _l("Kind of organisation"),
    "street": _l("Street and number"),
    "postal_code": _l("Postal code"),
    "city": _l("City"),
    "website": _l("Website"),
    "representative": _l("Person who signs for the organisation"),
    "run_by": _l("Run by one of the three partners"),
}
#: What things are called, by the part of a version's content and their name in it.
_NAMES: dict[str, dict[str, Any]] = {
    "facts": {
        "title": _l("Title of the project"),
        "theme": _l("Theme"),
        "format": _l("Type of project"),
        "places": _l("Where does it happen?"),
        "summary": _l("What is planned?"),
        "participants_german": _l("People from Germany taking part"),
        "participants_french": _l("People from France taking part"),
        "volunteers": _l("Volunteers who help"),
        "volunteer_hours": _l("Hours of voluntary work in all"),
        "mostly_minors": _l("Are most participants under 18?"),
        "is_school_trip": _l("Is it a school trip or a school exchange?"),
        "starts_on": _l("First day"),
        "ends_on": _l("Last day"),
        "partner_search": _l("Partner being looked for"),
        "equal_roles": _l("Both organisations carry the project equally"),
        "requested_cents": _l("Grant asked for"),
        "eligible_cents": _l("Total of eligible costs"),
        "income_cents": _l("Own share"),
        "other_public_funding": _l("Other public money applied for or received for this project"),
    },
    "partner": _ORGANISATION
    | {
        "name": _l("Name of the partner organisation"),
        "contact_name": _l("Contact person"),
        "email": _l("E-mail address"),
        "role": _l("What does each side do?"),
    },
    "lead": _ORGANISATION,
    "contact": {"name": _l("Contact person"), "email": _l("E-mail address")},
}
_LINES: dict[str, Any] = {
    LineKind.COST: _l("Costs"),
    LineKind.INCOME: _l("Income"),
    LineKind.IN_KIND_USE: _l("Use (86)"),
    LineKind.IN_KIND_SOURCE: _l("Source (87)"),
}
_TYPES: dict[Any, Any] = {**application_texts.COSTS, **application_texts.INCOMES, **application_texts.IN_KIND}
#: Words for the values of some names.
_WORDS: dict[str, Any] = {
    "theme": application_texts.THEMES,
    "format": application_texts.FORMATS,
    "kind": organisation_texts.KINDS,
    "run_by": application_texts.PARTIES,
}
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference in words. ``language``: that of the applicant's own words; "" where they are ours, or figures."""

    label: Any
    before: Any
    after: Any
    language: str = ""


def changed(its: Difference, application: Application) -> Changed:
    if its.part == "budget":
        line = its.after or its.before
        before, after = _line(its.before), _line(its.after)
        return Changed(_LINES[line["kind"]], before, after, application.language)
    if its.part == "declarations":
        said = application_texts.DECLARATIONS[Declared(its.name)]
        return Changed(_l("Declarations"), said if its.before else NOTHING, said if its.after else NOTHING)
    if its.part == "answers":
        asked = next((asked for asked in application.call.questions if asked.code == its.name), None)
        label = call_texts.question_label(asked) if asked else its.name
        return Changed(label, its.before or NOTHING, its.after or NOTHING, application.language)
    label = _NAMES[its.part].get(its.name, _l("Organisation"))
    is_prose = its.name in {"summary", "places", "title", "role", "other_public_funding"}
    before, after = _value(its.name, its.before), _value(its.name, its.after)
    return Changed(label, before, after, application.language if is_prose else "")


def _line(line: Mapping[str, Any] | None) -> str:
    if line is None:
        return NOTHING
    parts = (_TYPES[line["type"]], line["description"], line["side"] and application_texts.SIDES[line["side"]])
    return ", ".join([*(str(part) for part in parts if part), locale.money(line["cents"])])


def _value(name: str, value: Any) -> Any:
    if value in (None, "", []):
        return NOTHING
    if name in _WORDS:
        return _WORDS[name].get(value, value)
    return next(say(value) for fits, say in _SPOKEN if fits(name, value))


#: How a value is said, the first that fits. A yes is a number to Python, so it comes before.
_SPOKEN: tuple[tuple[Callable[[str, Any], bool], Callable[[Any], Any]], ...] = (
    (
        lambda _name, value: isinstance(value, bool),
        lambda yes: pgettext("answer", "Yes") if yes else pgettext("answer", "No"),
    ),
    (lambda name, _value: name.endswith("_cents"), locale.money),
    (lambda name, _value: name.endswith("_on"), lambda day: locale.short_date(date.fromisoformat(day))),
    (lambda _name, value: isinstance(value, int), locale.number),
    (lambda _name, value: isinstance(value, str), str),
    (lambda _name, _value: True, lambda people: ", ".join(person["name"] for person in people)),
)
