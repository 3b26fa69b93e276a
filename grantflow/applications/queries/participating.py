"""Which organisations take part in a file."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import joinedload

from grantflow.kernel.text import fold
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db

from .. import rules
from ..models import Application, Participation, VersionParty
from ..states import PARTNER_MAY_LEAVE, UNDECIDED, Part, ParticipationState


def participations(application: Application) -> Sequence[Participation]:
    """All that took part or do, the lead first, read afresh: the file is locked, so they stay as they are."""
    query = (
        select(Participation)
        .where(Participation.application_id == application.id)
        .options(joinedload(Participation.organisation))
        .order_by(Participation.part, Participation.since, Participation.id)
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def reads_alike(typed: VersionParty, organisation: Organisation) -> bool:
    """Whether the partner typed into one file is the organisation that this file named before."""
    return typed.country is organisation.country and fold(typed.name) == fold(organisation.name)


def has_withdrawn(application: Application, typed: VersionParty) -> bool:
    """Whether the partner typed has withdrawn from this very file."""
    return any(
        party.state is ParticipationState.WITHDRAWN and reads_alike(typed, party.organisation)
        for party in application.participations
    )


def current_partner(application: Application) -> Participation | None:
    """The partner that takes part now, be it only by name."""
    return next(
        (
            party
            for party in application.participations
            if party.part is Part.PARTNER and party.state is not ParticipationState.WITHDRAWN
        ),
        None,
    )


def withdrawn_partner(application: Application) -> Participation | None:
    """The partner of what was sent last, if it has withdrawn since: what the pages for staff and the lead flag."""
    partner = application.sent.partner if application.sent else None
    withdrawn = (party for party in application.participations if party.state is ParticipationState.WITHDRAWN)
    return next((party for party in withdrawn if partner and party.organisation_id == partner.organisation_id), None)


def may_lose_its_partner(application: Application) -> bool:
    """Whether there is a partner, and it may still withdraw."""
    return application.state in PARTNER_MAY_LEAVE and current_partner(application) is not None


def awaits_confirmation(application: Application) -> bool:
    """Whether somebody who takes part has still to stand by what was sent; no key turns before."""
    states = (party.state for party in application.participations)
    return application.state in UNDECIDED and not rules.is_confirmed(states)


def confirmation_due() -> ColumnElement[bool]:
    """The same of the Application of the query at hand, for whoever locks it: ``rules.is_confirmed`` in SQL."""
    joined = Participation.state == ParticipationState.JOINED
    due = exists().where(Participation.application_id == Application.id, joined)
    return Application.state.in_(sorted(UNDECIDED)) & due
