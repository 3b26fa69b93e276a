"""What mail servers say and do not say: sent once, waited for, given up."""

import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import trustme
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Transient
from grantflow.kernel.parties import Party, Role
from grantflow.notifications import queries, rules, service
from grantflow.notifications.models import Message
from grantflow.platform import jobs, mail
from grantflow.platform.db import db
from grantflow.platform.jobs import Job, leasing
from grantflow.platform.mail.conversation import Conversation, Patience
from grantflow.platform.mailsink import MailSink
from tests.given import Given
from tests.notifications.sending import Scripted, claim, deliver, due_now, mailing_to, pass_by, read, smtp
from tests.smtp import HANG_UP, Odd, serving


def test_a_server_that_is_away_postpones(real: Flask, asked: Callable[..., UUID], tmp_path: Path) -> None:
    row_id = asked()
    with mailing_to(real, "smtp://127.0.0.1:1"):
        assert not deliver(real, row_id)
        assert not deliver(real, row_id)  # not before its pause is over
    row = read(real, row_id)
    assert (row.attempts, row.failed_at, row.done_at) == (1, None, None)
    assert row.not_before
    assert row.last_error
    assert "ConnectionRefusedError" in row.last_error
    due_now(real, row_id)
    with MailSink(tmp_path) as sink, mailing_to(real, sink.url):
        assert deliver(real, row_id)
        assert len(sink.messages()) == 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_grey_listing_is_tried_again(real: Flask, asked: Callable[..., UUID], stage: str) -> None:
    row_id, server = asked(), Scripted(**{stage: ["451 4.7.1 come back later"]})
    with smtp(server) as url, mailing_to(real, url):
        assert not deliver(real, row_id)
        assert read(real, row_id).last_error == "SMTP 451 4.7.1 come back later"
        due_now(real, row_id)
        assert deliver(real, row_id)
    assert len(server.taken) == 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_what_is_refused_for_good_fails_at_once_and_is_started_again_by_hand(
    real: Flask, asked: Callable[..., UUID], stage: str
) -> None:
    row_id, server = asked(), Scripted(**{stage: ["550 5.1.1 no such mailbox"]})
    given = Given(real)
    admin, office = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE), given.staff(Role.OFFICE, Party.TOULOUSE)
    with smtp(server) as url, mailing_to(real, url):
        assert not deliver(real, row_id)
        row = read(real, row_id)
        assert row.failed_at
        assert row.last_error == "SMTP 550 5.1.1 no such mailbox"
        # A person's task; /status stays green.
        assert row.quiet
        with real.app_context():
            assert queries.backlog().failed_lately == 0
        assert not deliver(real, row_id)
        with real.app_context():
            with pytest.raises(Forbidden):
                service.restart(db.session.get_one(Message, row_id), by=office)
            service.restart(db.session.get_one(Message, row_id), by=admin)
            db.session.commit()
        assert deliver(real, row_id)
    with real.app_context():
        with pytest.raises(IllegalStep):
            service.restart(db.session.get_one(Message, row_id), by=admin)
        entry = db.session.scalars(select(Entry).where(Entry.action == "message_restarted")).one()
        assert (entry.actor_id, entry.subject_id, entry.reason) == (admin.id, str(row_id), row.last_error)


def test_patience_lasts_a_day_with_pauses_of_minutes(real: Flask, asked: Callable[..., UUID]) -> None:
    """T42: from the first fault on, by the database's clock; then a person is asked. Not four minutes, not never."""
    row_id = asked()
    with mailing_to(real, "smtp://127.0.0.1:1"):
        for _ in range(12):
            assert not deliver(real, row_id)
            due_now(real, row_id)
        row = read(real, row_id)
        assert (row.attempts, row.failed_at) == (12, None)
        pass_by(real, timedelta(hours=23))
        deliver(real, row_id)
        assert read(real, row_id).failed_at is None
        pass_by(real, timedelta(hours=1))
        deliver(real, row_id)
        assert read(real, row_id).failed_at


def test_a_refusal_about_us_is_waited_for_without_end_and_alarms(
    real: Flask, asked: Callable[..., UUID], capsys: pytest.CaptureFixture[str]
) -> None:
    """ "550 relaying denied" failed 20 of 20 messages for good."""
    row_id, odd = asked(), Odd({"RCPT": ["550 relaying denied", "550 relaying denied", "250 ok"]})
    with serving(odd) as url, mailing_to(real, url):
        assert not deliver(real, row_id)
        pass_by(real, timedelta(days=3))
        assert not deliver(real, row_id)
        row = read(real, row_id)
        assert (row.failed_at, row.patience_until, row.last_error) == (None, None, "SMTP 550 relaying denied")
        with real.app_context():
            assert jobs.heard()[rules.LAST_MAIL].facts == {"problem": "SMTP 550 relaying denied"}
        due_now(real, row_id)
        assert deliver(real, row_id)
        with real.app_context():
            assert jobs.heard()[rules.LAST_MAIL].facts == {"problem": ""}
    assert capsys.readouterr().err.count("mail_not_accepted") == 2


@pytest.mark.parametrize("farewell", ["421 4.3.2 shutting down", HANG_UP])
def test_ten_messages_are_ten_whatever_is_said_to_quit(real: Flask, asked: Callable[..., UUID], farewell: str) -> None:
    """They became 54."""
    ids, odd = [asked() for _ in range(10)], Odd({"QUIT": farewell})
    with serving(odd) as url, mailing_to(real, url):
        for _ in range(3):
            for row_id in ids:
                deliver(real, row_id)
                due_now(real, row_id)
    assert len(odd.messages) == 10
    assert all(read(real, row_id).done_at for row_id in ids)


def test_a_sender_that_dies_behind_the_250_has_sent_once(
    real: Flask, asked: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken is committed before good-bye: whoever dies then leaves a row that is done."""
    row_id, odd = asked(), Odd()

    def die(talk: Conversation) -> None:
        talk.close()
        raise KeyboardInterrupt

    monkeypatch.setattr(Conversation, "end", die)
    with serving(odd) as url, mailing_to(real, url), pytest.raises(KeyboardInterrupt):
        deliver(real, row_id)
    assert read(real, row_id).done_at
    assert len(odd.messages) == 1


def test_a_database_that_is_away_when_the_250_comes_is_asked_again(
    real: Flask, asked: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    row_id, odd = asked(), Odd()
    monkeypatch.setattr(leasing, "NOTING", (0.0, 0.0))
    away = [OperationalError("UPDATE", {}, Exception("terminating connection"))]
    commit = Session.commit

    def once_away(session: Session) -> None:
        if odd.messages and away:
            raise away.pop()
        commit(session)

    monkeypatch.setattr(Session, "commit", once_away)
    with serving(odd) as url, mailing_to(real, url):
        assert deliver(real, row_id)
    assert read(real, row_id).done_at
    assert len(odd.messages) == 1


def test_a_slow_250_keeps_the_row(real: Flask, asked: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    """While the server is silent behind the message the lease begins anew, so that nobody else sends it too."""
    row_id = asked()
    monkeypatch.setattr(mail, "PATIENCE", Patience(silence=0.05))

    def lapse_and_try() -> str:
        with real.app_context():
            db.session.execute(update(Job).values(leased_until=clock.now() - timedelta(seconds=1)))
            db.session.commit()
        again = threading.Event()
        for _ in range(100):
            with real.app_context():
                if read(real, row_id).leased_until > clock.now():
                    break
            again.wait(0.02)
        with real.app_context():
            assert claim(row_id) is None
            assert "silent" in jobs.heard()[rules.LAST_MAIL].facts["problem"]
        return "250 taken"

    odd = Odd({"END": lapse_and_try})
    with serving(odd) as url, mailing_to(real, url):
        assert deliver(real, row_id)
    assert len(odd.messages) == 1


def test_a_message_taken_by_a_worker_that_is_late_is_sent_all_the_same(real: Flask, asked: Callable[..., UUID]) -> None:
    """Its lease lapsed while the server thought, another holds the row: what is sent is sent, and sent no more."""
    row_id = asked()
    with real.app_context():
        late = claim(row_id)
        db.session.execute(update(Job).values(leased_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()
        second = claim(row_id)
        assert late
        assert second
        assert not jobs.keep(late)
        assert jobs.happened(late)
        assert not jobs.happened(second)
        jobs.release(second, "a fault")
    row = read(real, row_id)
    assert (bool(row.done_at), row.failed_at, row.last_error) == (True, None, None)


def test_a_message_that_is_taken_and_never_acknowledged_ends_after_a_few(
    real: Flask, asked: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try may be one more copy in somebody's mailbox: a person decides, not the clock."""
    row_id, odd = asked(), Odd({"END": HANG_UP})
    with serving(odd) as url, mailing_to(real, url):
        for _ in range(jobs.MAX_UNHEARD + 3):
            deliver(real, row_id)
            due_now(real, row_id)
    row = read(real, row_id)
    assert bool(row.failed_at)
    assert len(odd.messages) == jobs.MAX_UNHEARD
    assert "no answer came" in str(row.last_error)


@pytest.mark.parametrize(
    "url", ["smtps://127.0.0.1:{}", "smtp+starttls://127.0.0.1:{}", "smtp://user:pass@127.0.0.1:{}"]
)
def test_a_server_without_what_we_ask_for_is_a_fault_that_may_pass(real: Flask, url: str) -> None:
    letter = mail.Mail(id="1", to="a@example.org", subject="s", text="t", html="<p>h</p>", language="de")
    with smtp(Scripted()) as plain, real.app_context(), mailing_to(real, url.format(plain.rpartition(":")[2])):
        with pytest.raises(Transient):
            mail.send(letter, taken=lambda: None)


def test_a_sender_that_is_not_accepted_is_not_the_messages_fault(real: Flask, asked: Callable[..., UUID]) -> None:
    """Whoever set the server up wrong mends it, and the mail goes out: nobody starts each message again by hand."""
    row_id, server = asked(), Scripted(mail=["530 5.7.0 must issue STARTTLS first"])
    with smtp(server) as url, mailing_to(real, url):
        assert not deliver(real, row_id)
        row = read(real, row_id)
        assert (row.failed_at, row.last_error) == (None, "SMTP 530 5.7.0 must issue STARTTLS first")
        due_now(real, row_id)
        assert deliver(real, row_id)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, Path]:
    """An authority of certificates, and the file in which a machine would keep those it trusts."""
    made = trustme.CA()
    path = tmp_path / "trusted.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_message_goes_out_encrypted_to_a_server_that_proves_its_name(
    real: Flask, monkeypatch: pytest.MonkeyPatch, authority: tuple[trustme.CA, Path], scheme: str
) -> None:
    letter = mail.Mail(id="1", to="a@example.org", subject="s", text="t", html="<p>h</p>", language="de")
    issuer, trusted = authority
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issuer.issue_cert("127.0.0.1").configure_cert(context)
    how = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
    server = Scripted()
    with smtp(server, **how) as address, real.app_context():
        with mailing_to(real, f"{scheme}://{address.partition('://')[2]}"):
            with pytest.raises(Transient, match="CERTIFICATE_VERIFY_FAILED"):
                mail.send(letter, taken=lambda: None)
            assert server.taken == []
            monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
            mail.send(letter, taken=lambda: None)
    assert [envelope.rcpt_tos for envelope in server.taken] == [["a@example.org"]]
