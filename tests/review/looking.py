"""What the review's tests look at."""

import re

from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.platform.db import db
from grantflow.review.models import Assignment, Standing
from grantflow.review.rules import Mark


def state_of(application: Application) -> State:
    return db.session.scalars(select(Application.state).where(Application.id == application.id)).one()


def standing_of(application: Application) -> Standing:
    return db.session.get_one(Standing, application.id, populate_existing=True)


def assignment_of(application: Application, reviewer: Person) -> Assignment:
    return db.session.scalars(
        select(Assignment).where(Assignment.application_id == application.id, Assignment.reviewer_id == reviewer.id)
    ).one()


def marks(application: Application, points: int = 8) -> dict[int, Mark]:
    return {criterion.position: Mark(points, "gut") for criterion in application.call.criteria}


def masked(text: str) -> str:
    """Without what differs from answer to answer anyway: tokens and the request's own number."""
    text = re.sub(r'name="(csrf_token|seen)"[^>]*value="[^"]*"', "", text)
    return re.sub(r"\b[0-9a-f]{16}\b", "request", text)


def channels(application: Application) -> list[str]:
    """Every page where something of this file could show."""
    key = application.id
    return [
        *(f"/review/{key}{rest}" for rest in ("", "/declaration", "/comparison")),
        *(f"/decisions{rest}" for rest in ("/ranking", "/to-sign", f"/files/{key}", f"/{key}")),
        *(f"/staff/applications{rest}" for rest in ("", f"/{key}")),
        *("/review/", "/review/to-assign", "/home", f"/applications/{key}", "/finance/letters", "/audit/"),
    ]
