"""T19, H34: twenty equal posts at once have one effect. Real commits, real threads, a database of its own."""

from collections import Counter
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person, Token
from grantflow.applications.states import State
from grantflow.kernel.parties import SYSTEM, Party, Role, Side
from grantflow.notifications.models import Message
from grantflow.platform import tokens
from grantflow.platform.db import db
from tests.conftest import opened, sign_in
from tests.given import PASSWORD, Given, called

TIMES = 20


@pytest.fixture
def there(real: Flask) -> Given:
    """Twenty threads in one process, each with a second connection for what a refusal must not undo.

    A web process has four threads; its pool is made for those, so this one may overflow.
    """
    with real.app_context():
        db.engine.pool._max_overflow = 4 * TIMES  # type: ignore[attr-defined]
    return Given(real)


def at_once(app: Flask, person: Person | None, url: str, data: dict[str, Any]) -> Counter[int]:
    """The statuses of twenty posts sent at the same moment, in sessions of one person."""
    clients = [sign_in(app, person) if person else app.test_client() for _ in range(TIMES)]
    barrier, statuses = Barrier(TIMES), Counter[int]()

    def post(client: Any) -> None:
        barrier.wait()
        statuses[client.post(url, data=data).status_code] += 1

    threads = [Thread(target=post, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def count(app: Flask, statement: str, **values: Any) -> int:
    with app.app_context():
        return int(db.session.scalar(text(statement), values) or 0)


def one_effect(statuses: Counter[int], *, refused: set[int]) -> None:
    assert statuses[302] >= 1
    assert set(statuses) <= {302, *refused}, statuses
    assert statuses.total() == TIMES


def events(app: Flask, file: UUID, action: str) -> int:
    return count(
        app, "SELECT count(*) FROM application_event WHERE application_id = :file AND action = :a", file=file, a=action
    )


def test_sending_an_application(real: Flask, there: Given) -> None:
    """One number, one sealed version, one receipt."""
    applicant = there.applicant()
    file = there.application(by=applicant)
    check = f"/applications/{file.id}/check"
    statuses = at_once(real, applicant, check, opened(sign_in(real, applicant), check))
    one_effect(statuses, refused={409})
    assert statuses[302] == 1
    assert events(real, file.id, "submit") == 1
    assert count(real, "SELECT count(*) FROM application_version WHERE sealed_at IS NOT NULL") == 1
    assert count(real, "SELECT last_number FROM call") == 1
    assert count(real, "SELECT count(*) FROM message WHERE kind = 'application_received'") == 1


def test_admitting(real: Flask, there: Given) -> None:
    file, office = there.application(State.SUBMITTED), there.office(Side.GERMAN)
    one_effect(at_once(real, office, f"/staff/applications/{file.id}", {"verdict": "admit"}), refused={409})
    assert events(real, file.id, "admit") == 1
    assert count(real, "SELECT count(*) FROM message WHERE kind = 'application_admitted'") == 1
    assert count(real, "SELECT files FROM state_count WHERE state = 'admitted'") == 1
    assert count(real, "SELECT files FROM state_count WHERE state = 'submitted'") == 0


def test_declaring(real: Flask, there: Given) -> None:
    file, german, _ = there.in_review()
    data = {"conflict": "no", "confidential": "y"}
    one_effect(at_once(real, german, f"/review/{file.id}/declaration", data), refused={409})
    assert count(real, "SELECT count(*) FROM audit_entry WHERE action = 'no_conflict_declared'") == 1


def test_turning_the_second_key(real: Flask, there: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    """One decision, the money once, each act once, one message, and an unbroken chain."""
    monkeypatch.setattr("grantflow.platform.passwords.matches", lambda stored, typed: typed == PASSWORD)
    proposal = there.proposed()
    for party in (Party.METROPOLE, Party.DUESSELDORF):
        there.turn(proposal, there.signatory(party))
    data = {"digest": there.proposal(proposal.id).digest, "noted": "y", "password": PASSWORD}
    last = there.signatory(Party.TOULOUSE)
    one_effect(at_once(real, last, f"/decisions/{proposal.id}/key", data), refused={409, 429})
    assert count(real, "SELECT count(*) FROM act WHERE state = 'decided'") == 1
    assert count(real, "SELECT count(*) FROM decision_key WHERE kind = 'key'") == 2
    assert count(real, "SELECT sum(committed_cents) FROM envelope") == proposal.award_cents
    assert count(real, "SELECT count(*) FROM letter WHERE standing = 'act'") == 3
    assert count(real, "SELECT count(DISTINCT register_number) FROM letter") == 3
    assert count(real, "SELECT count(*) FROM message WHERE kind = 'decision_ready'") == 1
    assert events(real, proposal.application_id, "award") == 1


def test_both_second_keys_of_two_proposals_share_an_envelope(real: Flask, there: Given) -> None:
    """Two decisions at once queue at the envelopes: neither is lost, the sum is right."""
    proposals = [there.proposed(award=1000, shares={Party.DUESSELDORF: 600, Party.TOULOUSE: 400}) for _ in range(2)]
    for proposal in proposals:
        there.turn(proposal, there.signatory(Party.DUESSELDORF))
    signatories = [there.signatory(Party.TOULOUSE) for _ in proposals]
    clients = [sign_in(real, person) for person in signatories]
    barrier, statuses = Barrier(2), []

    def turn(client: Any, proposal: Any) -> None:
        data = {"digest": there.proposal(proposal.id).digest, "noted": "y", "password": PASSWORD}
        barrier.wait()
        statuses.append(client.post(f"/decisions/{proposal.id}/key", data=data).status_code)

    threads = [Thread(target=turn, args=pair) for pair in zip(clients, proposals, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302, 302]
    assert count(real, "SELECT sum(committed_cents) FROM envelope") == 2000
    assert count(real, "SELECT sum(cents) FROM commitment") == 2000
    assert count(real, "SELECT count(DISTINCT register_number) FROM letter WHERE standing = 'act'") == 4


def test_inviting_a_colleague(real: Flask, there: Given) -> None:
    """One account; the others are told that the address is taken, not that the server broke."""
    admin = there.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    data = {
        "given_name": "Ina",
        "family_name": "Neu",
        "email": "ina@example.org",
        "language": "fr",
        "roles": ["finance"],
    }
    statuses = at_once(real, admin, "/people/invite", data)
    one_effect(statuses, refused={422})
    assert statuses[302] == 1
    assert count(real, "SELECT count(*) FROM audit_entry WHERE action = 'invited'") == 1


def test_accepting_an_invitation(real: Flask, there: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grantflow.platform.passwords.hash_of", lambda typed: typed)
    with real.app_context():
        person = accounts.invite(
            name=called("Ina Neu"),
            email="ina@example.org",
            party=Party.TOULOUSE,
            roles={Role.FINANCE},
            language="fr",
            by=SYSTEM,
        )
        db.session.commit()
        key = tokens.derive(db.session.scalars(select(Token.id).where(Token.person_id == person.id)).one())
    data = {"password": "sieben stille Linden am Weg", "address": "ms", "language": "fr", "phone": ""}
    statuses = at_once(real, None, f"/invitation/{key}", data)
    one_effect(statuses, refused={404, 409})
    assert statuses[302] == 1
    assert count(real, "SELECT count(*) FROM audit_entry WHERE action = 'invitation_accepted'") == 1


def test_restarting_failed_work(real: Flask, there: Given) -> None:
    admin = there.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    there.application(State.SUBMITTED)
    with real.app_context():
        row = db.session.scalar(select(Message.id).limit(1))
        db.session.execute(text("UPDATE job SET failed_at = now(), attempts = 6"))
        db.session.commit()
    one_effect(at_once(real, admin, f"/workers/messages/{row}", {}), refused={409})
    assert count(real, "SELECT count(*) FROM audit_entry WHERE action = 'message_restarted'") == 1
