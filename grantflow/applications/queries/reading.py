"""A version to be read, checked and compared."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select

from grantflow.kernel.errors import Reason
from grantflow.kernel.parties import OFFICES
from grantflow.organisations import texts as organisation_texts
from grantflow.platform.db import db

from .. import rules, texts
from ..models import LEAD_COLUMNS, Application, Version
from ..states import IncomeType, LineKind, Purpose, State, StepName
from .filing import asked, category_terms, filing, lines


@dataclass(frozen=True, slots=True)
class File:
    """What ``pages/applications/_file.html`` shows: one version's answers and budget, never bank data."""

    application: Application
    version: Version
    money: rules.Money
    lines: Mapping[LineKind, Sequence[rules.Line]]
    #: Money from elsewhere was named: to be checked against double funding (R6).
    double_funding: bool
    #: What the call asks, with the answers.
    asked: Sequence[rules.Asked]

    @property
    def words(self) -> dict[str, Any]:
        """Names of the enums among the answers."""
        lead, partner = self.version.lead, self.version.partner
        return {
            "theme": texts.THEMES.get(self.version.theme, ""),
            "format": texts.FORMATS.get(self.version.format, ""),
            "lead_kind": organisation_texts.KINDS[lead.kind],
            "lead_run_by": texts.PARTIES.get(lead.run_by, ""),
            "partner_kind": organisation_texts.KINDS[partner.kind] if partner else "",
            "partner_run_by": texts.PARTIES.get(partner.run_by, "") if partner else "",
            "costs": texts.COSTS,
            "incomes": texts.INCOMES,
            "in_kind": texts.IN_KIND,
            "office": OFFICES,
        }


def file_context(version: Version) -> File:
    """A version to be read; whoever calls knows that its reader may (``version_for``)."""
    found = lines(version)
    public = any(line.type == IncomeType.OTHER_PUBLIC for line in found)
    return File(
        application=version.application,
        version=version,
        money=rules.money_of(found, version.requested_cents, category_terms(version.application.call)),
        lines={kind: [line for line in found if line.kind is kind] for kind in LineKind},
        double_funding=public or bool(version.other_public_funding),
        asked=asked(version),
    )


def formal_checks(application: Application) -> list[tuple[StepName, list[Reason]]]:
    """What the rules say of a file as it was sent, step by step: what a computer can say for the formal check."""
    version, first = application.sent, application.first_submitted_at
    if version is None or first is None:
        return []
    # As at the first sending: a file that came back in time is not late because the call has closed since (D13).
    found = rules.why_not_submit(replace(filing(version, first), state=State.DRAFT))
    return [(step, [reason for reason in found if reason.step == step]) for step in StepName]


#: The facts of a version, in the order of the steps.
FACTS = (
    *("title", "theme", "format", "places", "summary"),
    *("participants_german", "participants_french", "volunteers", "volunteer_hours", "mostly_minors", "is_school_trip"),
    *("starts_on", "ends_on", "partner_search", "equal_roles"),
    *("requested_cents", "eligible_cents", "income_cents", "other_public_funding"),
)
_PARTNER = ("name", "kind", "country", "city", "contact_name", "email", "run_by", "role")


def content(version: Version) -> dict[str, Any]:
    """All that a version says, as JSON values: what is sealed, and what two versions are compared by.

    A change of its shape is a new ``rules.SCHEMA``.
    """
    application, lead, partner = version.application, version.lead, version.partner
    frozen = {name: getattr(lead, name) for name in LEAD_COLUMNS} | lead.profile
    found = {
        "number": application.number,
        "version": version.number,
        "purpose": version.purpose,
        "call": application.call.code,
        "guideline": application.call.guideline_version,
        "language": application.language,
        "channel": application.channel,
        "contact": {"name": application.contact.name, "email": application.contact.email},
        "lead": {name: frozen[name] for name in rules.FROZEN},
        "partner": partner and {name: getattr(partner, name) for name in _PARTNER},
        "facts": {name: getattr(version, name) for name in FACTS},
        "questions": {its.code: {"de": its.label_de, "fr": its.label_fr} for its in application.call.questions},
        "answers": {its.code: version.answer(its.code) for its in application.call.questions},
        "budget": [asdict(line) for line in lines(version)],
        "declarations": sorted(declaration.code for declaration in version.declarations),
    }
    return dict(rules.plain(found))


def changed_since_return(application: Application) -> list[rules.Difference]:
    """What the version sent last says otherwise than the one sent before it; empty for a file sent once."""
    if application.sent is None or application.sent.purpose is not Purpose.COMPLETION:
        return []
    before = db.session.scalars(
        select(Version)
        .where(
            Version.application_id == application.id,
            Version.sealed_at.is_not(None),
            Version.number < application.sent_number,
        )
        .order_by(Version.number.desc())
        .limit(1)
    ).one()
    return rules.difference(content(before), content(application.sent))
