"""A crowd of files, in bulk: for what a page costs among many."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert, update

from grantflow.applications import rules
from grantflow.applications.models import Application, Participation, StateCount, Version, VersionParty
from grantflow.applications.states import Part, ParticipationState, State
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Side
from grantflow.platform.db import db
from grantflow.review.models import Standing
from tests.given import Given

PARTNER = "Structure partenaire toulousaine"


def many(given: Given, count: int, state: State = State.SUBMITTED, code: str = "27-1") -> None:
    """``count`` sent files of a call beside the verbs: what the counters and columns hold after sending, in bulk.

    Assessed ones have their standing.
    """
    with given.session():
        lead, call, now = given.organisation(), given.call(code), clock.now()
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
                    "number": f"DT-{code}-{count // 30}{n}",
                    "sent_number": 1,
                    "lead_name": lead.name,
                    "partner_name": PARTNER,
                    "title": f"Projekt {n} mit einem Titel von üblicher Länge",
                    "requested_cents": eur(9_400),
                    "eligible_cents": eur(11_800),
                    "starts_on": clock.today() + timedelta(days=168),
                    "created_at": now,
                    "submitted_at": now - timedelta(minutes=n // 2),
                    "first_submitted_at": now - timedelta(minutes=n),
                    "search_text": rules.search_text(f"Projekt {n}", lead.name),
                }
                for n, key in enumerate(ids)
            ],
        )
        db.session.execute(
            insert(Participation),
            [
                {
                    "application_id": key,
                    "organisation_id": lead.id,
                    "part": Part.LEAD,
                    "state": ParticipationState.CONFIRMED,
                    "since": now,
                }
                for key in ids
            ],
        )
        # Their parties before they are sealed: afterwards nothing may be added.
        opened = {"number": 1, "opened_at": now, "saved_at": now}
        db.session.execute(insert(Version), [{"id": key, "application_id": key} | opened for key in ids])
        parties = {
            Part.LEAD: {"name": lead.name, "country": "DE", "city": "Düsseldorf"},
            Part.PARTNER: {"name": PARTNER, "country": "FR", "city": "Toulouse"},
        }
        db.session.execute(
            insert(VersionParty),
            [
                {"version_id": key, "part": part, "kind": "association", **its}
                for key in ids
                for part, its in parties.items()
            ],
        )
        sealed = {"sealed_at": now, "sent_by": contact, "content": b"{}", "schema": 1, "hash": "x"}
        db.session.execute(update(Version).where(Version.id.in_(ids)).values(**sealed))
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
