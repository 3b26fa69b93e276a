"""A promise in a row, kept over a real SMTP conversation."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.notifications import service
from grantflow.notifications.models import Message
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.jobs import Job
from grantflow.platform.mailsink import MailSink
from tests.given import Given
from tests.notifications.sending import Scripted, claim, deliver, mailing_to, read, smtp


def test_sent_over_smtp_in_the_recipients_language(real: Flask, asked: Callable[..., UUID], tmp_path: Path) -> None:
    person = Given(real).applicant(language="fr", email="lea@example.org")
    row_id = asked(person)
    with MailSink(tmp_path) as sink, mailing_to(real, sink.url):
        assert deliver(real, row_id)
        assert not deliver(real, row_id)  # done: a second ring is fine
        (received,) = sink.messages()
    assert (received.recipients, received.subject, received.language) == (
        ("lea@example.org",),
        "GrantFlow\u00a0: Vous avez déjà un compte",
        "fr",
    )
    assert received.sender == "GrantFlow <fonds@grantflow.example>"
    assert "Direction des relations internationales" in received.text
    row = read(real, row_id)
    assert row.done_at
    assert (row.failed_at, row.last_error, row.leased_until, row.attempts) == (None, None, None, 1)


def test_one_key_one_message(real: Flask, app: Flask) -> None:
    person = Given(real).applicant()
    with real.app_context():
        first = service.send("account_exists", to=person, key="the same")
        assert first
        assert service.send("account_exists", to=person, key="the same") is None
        db.session.commit()
        assert service.send("account_exists", to=person, key="the same") is None


def test_no_message_for_what_was_rolled_back(real: Flask) -> None:
    """T40."""
    person = Given(real).applicant()
    with real.app_context():
        row_id = service.send("account_exists", to=person, key="x")
        db.session.rollback()
        assert row_id
        assert db.session.info.get("rings") is None
        assert db.session.get(Message, row_id) is None


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("account_exists", {"name": "x"}),
        ("decision_ready", {"number": "1", "title": "t"}),
        ("decision_ready", {"number": "1", "title": "t", "application_id": "x", "outcome": "award"}),
        ("password_reset", {"valid_until": "2027-01-01"}),
    ],
)
def test_a_message_takes_its_facts_and_no_others(real: Flask, kind: str, facts: dict[str, str]) -> None:
    with real.app_context(), pytest.raises(TypeError):
        service.send(kind, to=Given(real).applicant(), key="k", **facts)


def test_a_later_change_of_address_does_not_redirect(real: Flask, asked: Callable[..., UUID], tmp_path: Path) -> None:
    """F33: frozen facts win."""
    person = Given(real).applicant(language="de", email="then@example.org")
    row_id = asked(person)
    with real.app_context():
        found = db.session.get_one(Person, person.id)
        found.email, found.language = "now@example.org", "fr"
        db.session.commit()
    with MailSink(tmp_path) as sink, mailing_to(real, sink.url):
        deliver(real, row_id)
        (received,) = sink.messages()
    assert (received.recipients, received.language) == (("then@example.org",), "de")


def test_all_that_failed_is_started_again_at_once(real: Flask, asked: Callable[..., UUID]) -> None:
    ids = [asked() for _ in range(3)]
    given = Given(real)
    admin, office = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE), given.staff(Role.OFFICE, Party.TOULOUSE)
    with real.app_context():
        for row_id in ids[1:]:
            job = db.session.get_one(Message, row_id).job
            job.failed_at, job.attempts = clock.now(), 9
        db.session.commit()
        with pytest.raises(Forbidden):
            service.restart_all(by=office)
        assert service.restart_all(by=admin) == 2
        assert service.restart_all(by=SYSTEM) == 0
        db.session.commit()
        entry = db.session.scalars(select(Entry).where(Entry.action == "messages_restarted")).one()
        assert (entry.actor_id, entry.after) == (admin.id, {"count": 2})
        db.session.expire_all()
        sendings = [db.session.get_one(Message, row_id).job for row_id in ids]
        assert set(db.session.scalars(jobs.left_behind())) == {job.id for job in sendings}
        assert [job.attempts for job in sendings] == [0, 0, 0]


def test_a_row_whose_workers_all_died_is_given_up(real: Flask, asked: Callable[..., UUID]) -> None:
    row_id = asked()
    with real.app_context():
        db.session.execute(update(Job).values(unheard=jobs.MAX_UNHEARD))
        db.session.commit()
    assert not deliver(real, row_id)
    row = read(real, row_id)
    assert (bool(row.failed_at), row.last_error) == (True, "no attempt came to an end that anybody heard of")


def test_a_poison_row_stops_nobody(real: Flask, asked: Callable[..., UUID]) -> None:
    row_id = asked()
    with real.app_context():
        db.session.execute(update(Message).values(kind="no_such_kind"))
        db.session.commit()
    assert not deliver(real, row_id)
    row = read(real, row_id)
    assert (row.attempts, row.done_at) == (1, None)
    assert row.last_error
    assert "no_such_kind" in row.last_error


def test_a_late_worker_cannot_write(real: Flask, asked: Callable[..., UUID]) -> None:
    """T41: the first worker sleeps past its lease, the second takes over, the first wakes up."""
    row_id = asked()
    with real.app_context():
        late = claim(row_id)
        assert late
        assert claim(row_id) is None
        db.session.execute(update(Job).values(leased_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()
        second = claim(row_id)
        assert second
        assert not jobs.finish(late)
        jobs.release(late, "woke up late")
        assert jobs.finish(second)
        db.session.commit()
    row = read(real, row_id)
    assert (bool(row.done_at), row.last_error) == (True, None)


def test_twenty_deliveries_at_once_send_once(real: Flask, asked: Callable[..., UUID]) -> None:
    """T19, F15."""
    row_id, server = asked(), Scripted()
    barrier = threading.Barrier(12)

    def one() -> None:
        barrier.wait()
        deliver(real, row_id)

    with smtp(server) as url, mailing_to(real, url):
        threads = [threading.Thread(target=one) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.taken) == 1


def test_a_link_that_ended_is_not_sent(real: Flask) -> None:
    person = Given(real).applicant()
    with real.app_context():
        accounts.request_reset(person.email)
        db.session.commit()
        row_id = db.session.scalars(select(Message.id)).one()
        facts = {"valid_until": clock.now().isoformat()}
        db.session.execute(update(Message).values(facts=facts))
        db.session.commit()
    assert not deliver(real, row_id)
    assert read(real, row_id).failed_at


def test_a_link_lives_by_the_databases_clock(real: Flask, tmp_path: Path) -> None:
    """A worker whose clock is an hour ahead gave up links that were good for an hour more."""
    person = Given(real).applicant()
    with real.app_context():
        accounts.request_reset(person.email)
        db.session.commit()
        row_id = db.session.scalars(select(Message.id)).one()
    with MailSink(tmp_path) as sink, mailing_to(real, sink.url), clock.frozen(clock.now() + timedelta(hours=2)):
        assert deliver(real, row_id)
