"""What the tests of decisions do and look at."""

from flask import Flask
from sqlalchemy import func, select

from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.calls.models import Envelope
from grantflow.decisions import queries, service
from grantflow.decisions.forms import WORDED
from grantflow.decisions.models import Proposal
from grantflow.kernel.parties import Party
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from tests.given import Given

D, T, M = Party


def state_of(app: Flask, proposal: Proposal) -> State:
    with app.app_context():
        return db.session.scalar(select(Application.state).where(Application.id == proposal.application_id))


def committed(app: Flask) -> dict[Party, int]:
    with app.app_context():
        found = db.session.scalars(select(Envelope))
        return {envelope.funder_code: envelope.committed_cents for envelope in found}


def reserved(app: Flask) -> dict[Party, int]:
    with app.app_context():
        found = db.session.scalars(select(Envelope))
        return {envelope.funder_code: envelope.reserved_cents for envelope in found}


def messages(app: Flask, kind: str) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Message.email).where(Message.kind == kind).order_by(Message.email)))


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def sign(app: Flask, proposal: Proposal, person, digest: str | None = None) -> None:
    with app.app_context():
        found = db.session.get_one(Proposal, proposal.id)
        verb = service.consent if person.party is M else service.turn_key
        verb(found, digest or found.digest, by=db.session.get_one(type(person), person.id))
        db.session.commit()


def revise(app: Flask, given: Given, proposal: Proposal, **terms) -> Proposal:
    with app.app_context():
        its = db.session.get_one(Proposal, proposal.id)
        now = queries.terms(its)
        values = {name: getattr(now, name) for name in ("outcome", "award", "shares", "rejection_reason", *WORDED)}
        office = given.office(its.application.lead_side)
        service.propose(its.application, **{**values, **terms}, by=office)
        db.session.commit()
    return given.proposal(proposal.id)
