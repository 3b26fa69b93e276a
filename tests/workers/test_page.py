"""The page that shows administrators whether the work gets done."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from grantflow.accounts.models import Person
from grantflow.audit.models import Entry
from grantflow.dashboard.queries import workers_parts
from grantflow.dashboard.texts import CHECKS, reason
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.letters.models import Letter
from grantflow.letters.states import REPRINTING
from grantflow.notifications import service as notifications
from grantflow.notifications.models import Message
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.models import Heartbeat
from tests.given import Given
from tests.letters import samples

As = Callable[[Person], FlaskClient]


def text(reply: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True))))


@pytest.fixture
def admin(given: Given, as_: As) -> FlaskClient:
    return as_(given.staff(Role.ADMINISTRATOR, Party.TOULOUSE))


@pytest.fixture
def failed(app: Flask, given: Given) -> tuple[Message, Letter]:
    """A message and a letter that gave up."""
    person = given.applicant(email="bounces@example.org")
    with app.app_context():
        message_id = notifications.send("account_exists", to=person, key=str(uuid4()))
        (letter,) = samples.issued()
        found = db.session.get_one(Message, message_id), db.session.get_one(Letter, letter.id)
        for row, why in zip(found, ("SMTP 550 no such mailbox", "no font"), strict=True):
            row.job.failed_at, row.job.attempts, row.job.last_error = clock.now(), 6, why
        db.session.commit()
        db.session.expunge_all()
        return found


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_page_when_all_is_quiet_and_nobody_works(admin: FlaskClient, language: str) -> None:
    shown = text(admin.get(f"/workers?lang={language}"))
    assert ("Bitte prüfen" if language == "de" else "À vérifier") in shown
    assert ("Kein Bescheid ist fehlgeschlagen." if language == "de" else "Aucune décision en échec.") in shown


def test_failed_work_shows_its_reason_and_is_started_again(
    app: Flask, admin: FlaskClient, failed: tuple[Message, Letter]
) -> None:
    message, letter = failed
    shown = text(admin.get("/workers?lang=de"))
    for word in ("bounces@example.org", "SMTP 550 no such mailbox", letter.register_number, "no font"):
        assert word in shown
    assert "Der Mailserver hat die Nachricht nicht angenommen. Technische Angaben SMTP 550" in shown
    assert "Ein Zeichen oder eine Schrift lässt sich nicht drucken. Technische Angaben no font" in shown
    assert letter.recipient_name not in shown  # no more of anybody than the repair needs

    for path in (f"/workers/messages/{message.id}", f"/workers/letters/{letter.id}"):
        assert admin.post(path).headers["Location"] == "/workers"

    with app.app_context():
        for model, row in ((Message, message), (Letter, letter)):
            found = db.session.get_one(model, row.id).job
            assert (found.failed_at, found.attempts, found.leased_until) == (None, 0, None)
        deeds = db.session.scalars(select(Entry.action).where(Entry.subject_id.in_([str(message.id), str(letter.id)])))
        assert set(deeds) == {"message_restarted", "letter_retried", "letter_issued"}
    assert admin.post(f"/workers/messages/{message.id}").status_code == 409
    assert admin.post(f"/workers/letters/{letter.id}").status_code == 404


def test_a_dead_address_is_a_persons_task(app: Flask, admin: FlaskClient, failed: tuple[Message, Letter]) -> None:
    with app.app_context():
        db.session.get_one(Message, failed[0].id).job.quiet = True
        db.session.commit()
    shown = text(admin.get("/workers?lang=fr"))
    assert "l’adresse est sans doute erronée ou n’est plus utilisée. Détails techniques SMTP 550" in shown


#: One of each kind, as workers and checks say it.
SAID = (
    "the link ended before the message could be sent",
    "the address needs SMTPUTF8, which the mail server does not offer",
    "SMTP 451 4.7.1 come back later",
    "no attempt came to an end that anybody heard of",
    "Unrenderable: Fira Sans has no glyph for U+1F3AC",
    "OverLimit: more than 30 s",
    "storage refused: No space left on device",
    "damaged: D-2026-0001",
    "its folder is gone",
    "nobody was seen within 60 s who takes from: mail",
    "last seen 90 s ago",
    "nobody takes what has been due for 400 s",
    "3 gave up within a day and wait for a person",
    "120 MB left",
    "web: +70 s from the database's clock",
    "the database is at 0002, this program at foundation_0002",
    "broken at entry 12",
    "not checked for two days",
    "the mail server has been silent for 60 s",
    "ConnectionRefusedError: [Errno 111] Connection refused",
)


def test_each_known_reason_is_said_in_the_readers_language(shared_app: Flask) -> None:
    with shared_app.test_request_context("/?lang=fr"):
        meant = [str(reason(said)) for said in SAID]
        assert len(set(meant)) == len(SAID)
        assert str(reason("KeyError: 'x'")) == "Une erreur inattendue."
        assert not {str(reason("KeyError: 'x'"))} & set(meant)


@pytest.mark.parametrize("kind", ["letters", "messages"])
def test_all_that_failed_is_started_again_by_one_button(
    app: Flask, admin: FlaskClient, failed: tuple[Message, Letter], kind: str
) -> None:
    """In the morning after a night with a full disk."""
    assert f'action="/workers/{kind}"' in admin.get("/workers?lang=de").text
    assert admin.post(f"/workers/{kind}").headers["Location"] == "/workers"
    shown = text(admin.get("/workers?lang=de"))
    assert ("1 Bescheid wird erneut erstellt." if kind == "letters" else "1 Nachricht wird erneut versandt.") in shown
    with app.app_context():
        message, letter = db.session.get_one(Message, failed[0].id), db.session.get_one(Letter, failed[1].id)
        assert (letter.job.failed_at is None, message.job.failed_at is None) == (kind == "letters", kind == "messages")
        action = "letters_retried" if kind == "letters" else "messages_restarted"
        assert db.session.scalars(select(Entry.after).where(Entry.action == action)).one() == {"count": 1}
    assert admin.post(f"/workers/{kind}").status_code == 302
    assert "Es ist nichts fehlgeschlagen" in text(admin.get("/workers?lang=de"))


def test_what_is_not_well_has_a_name_in_the_readers_language(app: Flask, admin: FlaskClient) -> None:
    assert set(app.extensions["health"]["checks"]) == set(CHECKS)
    shown = text(admin.get("/workers?lang=fr"))
    assert "Anomalies" in shown
    assert "Horloge des tâches de fond" in shown


@pytest.mark.parametrize("lost", [False, True])
def test_a_damaged_letter_is_in_sight(
    app: Flask, admin: FlaskClient, failed: tuple[Message, Letter], lost: bool
) -> None:
    letter = failed[1]
    with app.app_context():
        row = db.session.get_one(Letter, letter.id)
        row.job.failed_at, row.job.done_at = None, clock.now()
        row.repair_id = jobs.begin(REPRINTING, str(letter.id))
        row.digest, row.byte_size, row.pages, row.rotten_at = "0" * 64, 9, 1, clock.now()
        assert row.repair
        row.repair.failed_at, row.repair.last_error = clock.now() if lost else None, "other bytes"
        db.session.commit()
    shown = text(admin.get("/workers?lang=de"))
    assert "Bescheide mit beschädigter Datei" in shown
    assert ("aus der Sicherung zurückzuholen" if lost else "wird erneut erstellt") in shown
    assert admin.post(f"/workers/letters/{letter.id}").status_code == (302 if lost else 404)
    if lost:
        with app.app_context():
            assert not db.session.get_one(Letter, letter.id).is_lost


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.APPLICANT}))
def test_others_neither_see_nor_restart(given: Given, as_: As, role: Role, failed: tuple[Message, Letter]) -> None:
    client = as_(given.staff(role, Party.TOULOUSE))
    message, letter = failed
    assert client.get("/workers").status_code == 403
    assert {client.post(f"/workers/{kind}").status_code for kind in ("letters", "messages")} == {403}
    unknown = client.post(f"/workers/messages/{uuid4()}")
    for path in (f"/workers/messages/{message.id}", f"/workers/letters/{letter.id}"):
        reply = client.post(path)
        assert reply.status_code == unknown.status_code == 404


def test_postponed_messages_are_in_sight(app: Flask, admin: FlaskClient, failed: tuple[Message, Letter]) -> None:
    with app.app_context():
        job = db.session.get_one(Message, failed[0].id).job
        job.failed_at, job.last_error = None, "SMTP 451 later"
        db.session.commit()
    shown = text(admin.get("/workers?lang=fr"))
    assert "Courriels en nouvelle tentative d’envoi" in shown
    assert "SMTP 451 later" in shown


def test_parts(app: Flask) -> None:
    with app.app_context():
        names = {
            (p.name, p.well) for p in workers_parts({"worker-a-1": 5, "worker-b-2": 4000, "beat": 3, "sweep": 100})
        }
        assert names == {("a-1", True), ("b-2", True), ("beat", True), ("sweep", True)}
        names = {(p.name, p.well) for p in workers_parts({"worker-b-2": 4000, "beat": 61, "sweep": 181})}
        assert names == {("b-2", False), ("beat", False), ("sweep", False)}
        assert {(p.name, p.well) for p in workers_parts({})} == {("", False), ("beat", False), ("sweep", False)}


def test_heartbeats_come_and_go(real: Flask) -> None:
    with real.app_context():
        jobs.touch("worker-x-1")
        jobs.touch("worker-x-1")
        assert 0 <= jobs.heartbeats()["worker-x-1"] < 5
        jobs.forget_old_heartbeats()
        db.session.commit()
        assert list(jobs.heartbeats()) == ["worker-x-1"]
        db.session.execute(update(Heartbeat).values(seen_at=clock.now() - timedelta(days=2)))
        jobs.forget_old_heartbeats()
        db.session.commit()
        assert jobs.heartbeats() == {}
