"""Writing organisations. Bank data never reaches the audit trail: only that it changed."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, Invalid
from grantflow.kernel.parties import SYSTEM, Actor, Role
from grantflow.platform.db import db

from . import policy, queries, rules
from .models import Membership, Organisation
from .rules import Profile
from .states import MemberRole

BANK = frozenset({"iban", "bic", "account_holder"})


def create(profile: Profile, *, by: Actor) -> Organisation:
    """Add an organisation with ``by`` as its first signatory; audits it.

    Raises Invalid for numbers that cannot be right. One that another organisation entered too is taken like any other:
    the offices are told, on their pages (D39).
    """
    if Role.APPLICANT not in by.roles or by.id is None:
        raise Forbidden()
    checked = _checked(profile)
    now = clock.now()
    organisation = Organisation(created_at=now, updated_at=now)
    organisation.memberships = [Membership(person_id=by.id, role=MemberRole.SIGNATORY, since=now)]
    _write(organisation, _values(checked))
    audit.record(
        "organisation_created", on=organisation, by=by, after=_public(checked) | {"role": MemberRole.SIGNATORY}
    )
    return organisation


def update(organisation: Organisation, profile: Profile, *, by: Actor) -> Organisation:
    """Change what is known of it; audits the fields that changed. The country stays: files keep their office (D9)."""
    if not policy.writes_for(by, organisation):
        raise Forbidden()
    db.lock(organisation, by=by)
    if profile.country is not organisation.country:
        raise DomainError("country_fixed")
    checked = _checked(profile)
    before = queries.profile(organisation)
    changed = {name for name, value in asdict(checked).items() if value != getattr(before, name)}
    if not changed:
        return organisation
    _write(organisation, {**_values(checked), "updated_at": clock.now()})
    audit.record(
        "organisation_updated",
        on=organisation,
        by=by,
        before=_public(before, changed),
        after=_public(checked, changed) | ({"bank_account": "changed"} if changed & BANK else {}),
    )
    return organisation


def named(profile: Profile) -> Organisation:
    """An organisation that an applicant names: without members, checked by nobody, found by nobody."""
    now = clock.now()
    organisation = Organisation(created_at=now, updated_at=now)
    _write(organisation, _values(profile))
    return organisation


def correct(organisation: Organisation, profile: Profile) -> None:
    """Correct an organisation that was only named; one with members of its own is theirs to change."""
    if not organisation.memberships and queries.profile(organisation) != profile:
        _write(organisation, {**_values(profile), "updated_at": clock.now()})


def forget(organisations: Collection[Organisation]) -> None:
    """Empty those of ``organisations`` that were only named: what was typed of them, and nobody's but the file's."""
    for organisation in organisations:
        if not organisation.memberships:
            organisation.name = organisation.city = ""


def merge(organisation: Organisation, into: Organisation, *, by: Actor) -> None:
    """Note that two rows are one organisation. Audits it; both rows stay.

    No application, no version that was sent and nobody's sight changes: members of either go on seeing what they saw.
    Conflicts of interest with one are conflicts with the other. Raises Forbidden for people, who have a command for it,
    and DomainError where that cannot be.
    """
    if by is not SYSTEM:
        raise Forbidden()
    first, second = sorted((organisation, into), key=lambda row: row.id)
    db.lock(first, second, by=by)
    if organisation.id == into.id or organisation.merged_into_id or into.merged_into_id:
        raise DomainError("organisation_merged")
    if organisation.country is not into.country:
        raise DomainError("organisation_elsewhere")
    # Never a chain: what was merged into this one belongs to the other now.
    for row in [organisation, *queries.merged_into(organisation)]:
        row.merged_into_id = into.id
    db.session.flush()
    audit.record("organisation_merged", on=organisation, by=by, after={"organisation": into.name})


def _checked(profile: Profile) -> Profile:
    normal = rules.normal(profile)
    for field, reason in rules.problems(normal).items():
        raise Invalid(reason.key, field=field, **reason.facts)
    return normal


def _values(profile: Profile) -> dict[str, Any]:
    return {**asdict(profile), "people": list(profile.people)}


def _public(profile: Profile, only: set[str] | None = None) -> dict[str, Any]:
    return {
        name: value for name, value in asdict(profile).items() if name not in BANK and (only is None or name in only)
    }


def _write(organisation: Organisation, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(organisation, name, value)
    db.session.add(organisation)
    db.session.flush()
