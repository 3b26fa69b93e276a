"""A crowd of files, in bulk: for what a page costs among many."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert

from grantflow.applications import rules
from grantflow.applications.models import Application, Partner, StateCount
from grantflow.applications.states import State
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Side
from grantflow.platform.db import db
from grantflow.review.models import Standing
from tests.given import Given


def many(given: Given, count: int, state: State = State.SUBMITTED) -> None:
    """``count`` sent files beside the verbs: what the counters and columns hold after sending, in bulk.

    Assessed ones have their standing.
    """
    with given.session():
        lead, call, now = given.organisation(), given.call(), clock.now()
        contact = lead.memberships[0].person_id
        ids = [uuid4() for _ in range(count)]
        common = {"call_id": call.id, "lead_id": lead.id, "contact_id": contact, "lead_side": Side.GERMAN}
        db.session.execute(
            insert(Application),
            [
                common
                | {
                    "id": key,
                    "language": "de",
                    "state": state,
                    "number": f"DT-X-{count}-{n}",
                    "title": f"Projekt {n} mit einem Titel von üblicher Länge",
                    "requested_cents": eur(9_400),
                    "eligible_cents": eur(11_800),
                    "created_at": now,
                    "updated_at": now,
                    "submitted_at": now - timedelta(minutes=n // 2),
                    "first_submitted_at": now - timedelta(minutes=n),
                    "search_text": rules.search_text(f"Projekt {n}", lead.name),
                }
                for n, key in enumerate(ids)
            ],
        )
        db.session.execute(
            insert(Partner),
            [
                {
                    "application_id": key,
                    "name": "Structure partenaire toulousaine",
                    "kind": "association",
                    "country": "FR",
                    "city": "Toulouse",
                    "contact_name": "x",
                    "email": "x@example.org",
                    "role": "x",
                }
                for key in ids
            ],
        )
        if state is State.ASSESSED:
            standing = {
                "call_id": call.id,
                "submitted": 2,
                "score": 75,
                "german": 70,
                "french": 80,
                "gap": 10,
                "third_due": False,
                "recommended_cents": eur(9_400),
                "settled_at": now,
            }
            db.session.execute(insert(Standing), [standing | {"application_id": key} for key in ids])
        row = {"call_id": call.id, "side": Side.GERMAN, "state": state}
        kept = db.session.get(StateCount, tuple(row.values()))
        if kept:
            kept.files += count
        else:
            db.session.add(StateCount(**row, files=count))
