"""Seal what is sent, open the next version as its copy, close the one whose deadline is over."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.canonical import digest
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import Actor
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Application, BudgetLine, Declaration, Version, VersionAnswer, VersionParty
from ..states import Part, Purpose
from .participating import stand_as_sent

#: What a copy takes along, row by row.
_PARTNER = ("organisation_id", "name", "kind", "country", "city", "run_by", "contact_name", "email", "role")
_LINE = ("key", "kind", "position", "type", "description", "side", "cents")
_DECLARATION = ("code", "person_id", "declared_at")
#: A file that is not with its applicant to be completed.
NOT_RETURNED = {"return_reason": "", "return_until": None}


def open_version(application: Application) -> Version | None:
    """The version being written, read afresh: the file is locked, so it stays as it is."""
    query = (
        select(Version)
        .where(Version.application_id == application.id, Version.sealed_at.is_(None), Version.lapsed_at.is_(None))
        .options(joinedload(Version.partner), joinedload(Version.frozen_lead), joinedload(Version.answers))
    )
    found = db.session.scalars(query.execution_options(populate_existing=True)).unique().one_or_none()
    if found:
        db.session.expire(found, ["lines", "declarations"])
    set_committed_value(application, "open", found)
    return found


def seal(application: Application, by: Actor) -> dict[str, Any]:
    """Close the open version as sent: number (first time), the lead's profile, bytes, hash.

    The call is locked: its numbers are gapless (D14). Returns what the file's row says from then on.
    """
    if by.id is None:
        raise Forbidden()
    now, version = clock.now(), application.open
    assert version is not None  # noqa: S101 - it has just been checked for sending
    version.frozen_lead = VersionParty.of(application.lead)
    stand_as_sent(application, version)
    db.session.flush()
    call, first, number = application.call, application.first_submitted_at or now, application.number
    numbered = []
    if number is None:
        last = call.last_number + 1
        number = rules.number(call.code, last)
        numbered.append(update(Call).where(Call.id == call.id).values(last_number=last).cte("numbered"))
        set_committed_value(call, "last_number", last)
    content = rules.canonical(queries.content(version) | {"number": number, "sent_at": now.isoformat()})
    sealed = {"content": content, "schema": rules.SCHEMA, "hash": digest(content), "sealed_at": now, "sent_by": by.id}
    seals = update(Version).where(Version.id == version.id).values(sealed).add_cte(*numbered)
    db.session.execute(seals, execution_options={"synchronize_session": False})
    for name, value in sealed.items():
        set_committed_value(version, name, value)
    set_committed_value(application, "open", None)
    set_committed_value(application, "sent", version)
    sent = {"number": number, "first_submitted_at": first, "sent_number": version.number, "submitted_at": now}
    return sent | NOT_RETURNED | _listed(application, version, number)


def _listed(application: Application, version: Version, number: str) -> dict[str, Any]:
    """What lists show, and what they are searched by."""
    lead, partner, contact = application.lead, version.partner, application.contact
    words = (version.title, lead.name, number, contact.name, contact.email)
    of_partner = (partner.name, partner.contact_name, partner.email) if partner else ()
    return {
        "title": version.title,
        "title_key": rules.title_key(version.title),
        "lead_name": lead.name,
        "partner_name": partner.name if partner else "",
        "requested_cents": version.requested_cents,
        "eligible_cents": version.eligible_cents,
        "starts_on": version.starts_on,
        "search_text": rules.search_text(*words, *of_partner),
    }


def reopen(application: Application) -> None:
    """Open the next version as a copy of the one sent last; the lines of its budget keep their keys."""
    sent, now = application.sent, clock.now()
    assert sent is not None  # noqa: S101 - only what was sent can be returned
    last = select(func.max(Version.number)).where(Version.application_id == application.id)
    version = Version(
        application=application,
        number=db.session.scalars(last).one() + 1,
        purpose=Purpose.COMPLETION,
        opened_at=now,
        saved_at=now,
        answers={code: VersionAnswer(code=code, text=answer.text) for code, answer in sent.answers.items()},
        lines=[BudgetLine(**_same(line, _LINE)) for line in sent.lines],
        declarations=[Declaration(**_same(declaration, _DECLARATION)) for declaration in sent.declarations],
        partner=VersionParty(part=Part.PARTNER, **_same(sent.partner, _PARTNER)) if sent.partner else None,
        **_same(sent, queries.FACTS),
    )
    db.session.add(version)
    db.session.flush()
    set_committed_value(application, "open", version)


def lapse(application: Application) -> dict[str, Any]:
    """Close the open version as not sent: its text stays, for the applicant to read; the file is as it was sent.

    Returns what the file's row says from then on.
    """
    version = open_version(application)
    assert version is not None  # noqa: S101 - a returned file has one
    version.lapsed_at = clock.now()
    db.session.flush()
    set_committed_value(application, "open", None)
    return NOT_RETURNED


def _same(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
