"""Rows as the database has them now, with all that tests look at after the session has gone."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from grantflow.applications.models import Application, Version
from grantflow.decisions.models import Act, Proposal
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db


def proposal(proposal_id: UUID) -> Proposal:
    return db.session.scalars(
        select(Proposal)
        .where(Proposal.id == proposal_id)
        .options(
            joinedload(Proposal.act).joinedload(Act.application),
            undefer(Proposal.writers),
            selectinload(Proposal.shares),
            selectinload(Proposal.keys),
            selectinload(Proposal.versions),
        )
        .execution_options(populate_existing=True)
    ).one()


def application(application_id: UUID) -> Application:
    return db.session.scalars(
        select(Application)
        .where(Application.id == application_id)
        .options(
            joinedload(Application.call),
            joinedload(Application.lead).selectinload(Organisation.memberships),
            joinedload(Application.contact),
            *(
                joinedload(its).options(
                    joinedload(Version.partner),
                    joinedload(Version.frozen_lead),
                    selectinload(Version.answers),
                    selectinload(Version.lines),
                    selectinload(Version.declarations),
                )
                for its in (Application.open, Application.sent)
            ),
            selectinload(Application.events),
        )
        .execution_options(populate_existing=True)
    ).one()
