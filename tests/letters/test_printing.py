"""Printed once whoever prints, patient with what passes, and nobody told before the last letter is there."""

import io
import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Transient
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.letters import queries
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.letters.service.layout import stylesheet
from grantflow.letters.states import Kind, State
from grantflow.notifications import service as notifications
from grantflow.notifications.models import Message
from grantflow.platform import jobs, pdf, storage
from grantflow.platform.db import db
from tests.given import Given
from tests.letters.making import issue, printed, trail

from .samples import CINEMA, facts, issued

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


def test_printing_writes_one_file_and_says_so(inside: Flask) -> None:
    letter = printed()
    assert letter.state is State.READY
    assert letter.digest is not None
    assert storage.read(letter.digest).startswith(b"%PDF-")
    assert (letter.pages, letter.byte_size) == (3, len(storage.read(letter.digest)))
    assert jobs.run(letter.job_id) is False
    assert trail("letter_rendered") == 1


def test_the_row_alone_makes_the_bytes(inside: Flask) -> None:
    """Two letters from equal facts differ in their number only; one letter is printed alike again."""
    letter = printed()
    again = pdf.render(letters.document(letter), css=stylesheet())
    assert storage.put(again.content) == letter.digest


def told_of(deed: list[Letter], given: Given) -> UUID:
    """The sending of a message that tells of these letters, promised and not yet to be done."""
    row_id = notifications.send(
        "decision_ready",
        to=given.applicant(),
        key=uuid4().hex,
        after=[letter.job_id for letter in deed],
        number="DT-27-1-001",
        title="Tatami",
        application_id=str(deed[0].act_id),
        channel="portal",
    )
    db.session.commit()
    assert row_id
    return db.session.get_one(Message, row_id).job_id


def test_nobody_is_told_before_the_last_letter_is_there(inside: Flask, given: Given) -> None:
    """The message begins the ten days of the notification: it must not begin them for a file that does not exist."""
    subject = uuid4()
    both = [facts(Kind.AWARD, D), facts(Kind.AWARD, T)]
    deed = issued(Kind.AWARD, both, key="d", act_id=subject)
    sending = told_of(deed, given)
    for letter in deed:
        assert jobs.claim(sending) is None
        assert jobs.run(letter.job_id)
        db.session.commit()
    assert jobs.claim(sending)


def test_a_letter_that_failed_holds_the_message_until_it_is_printed(inside: Flask, given: Given) -> None:
    letter = issue()
    sending = told_of([letter], given)
    letter.job.failed_at, letter.job.last_error = clock.now(), "x"
    db.session.commit()
    assert not jobs.run(letter.job_id)
    assert jobs.claim(sending) is None
    letters.retry(letter, by=given.staff(Role.ADMINISTRATOR, T))
    db.session.commit()
    assert jobs.run(letter.job_id)
    db.session.commit()
    assert jobs.claim(sending)


def test_two_workers_with_the_last_two_letters_let_the_message_go(real: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each writes its own letter; neither may leave telling of them to the other."""
    subject = uuid4()
    with real.app_context():
        deed = issued(Kind.AWARD, [facts(Kind.AWARD, D), facts(Kind.AWARD, T)], key="d", act_id=subject)
        sending = told_of(deed, Given(real))
        ids = [letter.job_id for letter in deed]
        for job_id in ids[2:]:
            assert jobs.run(job_id)
    both_printed = threading.Barrier(2)

    def together(html: str, *, css: str) -> pdf.Rendered:
        both_printed.wait(60)
        return pdf.Rendered(b"%PDF-", 1)

    monkeypatch.setattr(pdf, "render", together)

    def work(job_id: UUID) -> None:
        with real.app_context():
            jobs.run(job_id)

    threads = [threading.Thread(target=work, args=(job_id,)) for job_id in ids[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with real.app_context():
        assert jobs.claim(sending)


def test_a_late_worker_changes_nothing(real: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped past its lease and continued: the second worker's file stands, the first one's write is refused."""
    with real.app_context():
        letter = issue()
        db.session.commit()
        press = pdf.render

        def slow(html: str, *, css: str) -> pdf.Rendered:
            monkeypatch.setattr(pdf, "render", press)
            db.session.execute(update(jobs.Job).values(leased_until=func.clock_timestamp() - timedelta(seconds=1)))
            db.session.commit()
            assert jobs.run(letter.job_id)
            db.session.commit()
            return pdf.Rendered(b"%PDF- late", 99)

        monkeypatch.setattr(pdf, "render", slow)
        assert jobs.run(letter.job_id) is False
        db.session.commit()
        db.session.expire_all()
        assert letter.pages == 3
        assert trail("letter_rendered") == 1


def test_nothing_is_open_while_the_press_runs(real: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """T43: a stopped worker must hold neither row nor transaction."""
    seen: list[int] = []
    press = pdf.render

    def watch(html: str, *, css: str) -> pdf.Rendered:
        with db.engine.connect() as connection:
            seen.append(
                connection.scalar(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
                    )
                )
            )
        return press(html, css=css)

    with real.app_context():
        job_id = issue().job_id
        db.session.commit()
        db.session.remove()
        monkeypatch.setattr(pdf, "render", watch)
        assert jobs.run(job_id)
    assert seen == [0]


def test_what_cannot_pass_fails_at_once_with_its_reason(inside: Flask) -> None:
    letter = issue()
    db.session.execute(text("ALTER TABLE letter DISABLE TRIGGER USER"))
    (unvoted,) = letters.freeze(Kind.AWARD, [facts(party=T, deliberation=None)])
    db.session.execute(update(Letter).where(Letter.id == letter.id).values(body_digest=unvoted.bodies["fr"]))
    db.session.execute(text("ALTER TABLE letter ENABLE TRIGGER USER"))
    db.session.commit()
    assert jobs.run(letter.job_id) is False
    db.session.expire_all()
    assert letter.state is State.FAILED
    assert "Unfilled" in str(letter.job.last_error)
    assert letter.digest is None
    assert [found.id for found in queries.failures()] == [letter.id]


def test_a_disk_that_is_full_for_a_night_fails_no_letter(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters gave up after six attempts in four minutes; each needed a person in the morning."""
    put = storage.put

    def full(content: bytes) -> str:
        raise Transient("storage refused: No space left on device")

    monkeypatch.setattr(storage, "put", full)
    monkeypatch.setattr(pdf, "render", lambda html, *, css: pdf.Rendered(b"%PDF-", 1))
    letter = issue()
    db.session.commit()

    def later(**time: int) -> None:
        db.session.execute(
            update(jobs.Job).values(not_before=None, patience_until=jobs.Job.patience_until - timedelta(**time))
        )
        db.session.commit()

    for hour in range(23):
        assert jobs.run(letter.job_id) is False
        assert jobs.run(letter.job_id) is False, "not before its pause is over"
        db.session.expire_all()
        assert (letter.job.attempts, letter.state) == (hour + 1, State.QUEUED)
        later(hours=1)
    monkeypatch.setattr(storage, "put", put)
    assert jobs.run(letter.job_id)


def test_patience_ends_after_a_day(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(content: bytes) -> str:
        raise Transient("storage refused: No space left on device")

    monkeypatch.setattr(storage, "put", full)
    monkeypatch.setattr(pdf, "render", lambda html, *, css: pdf.Rendered(b"%PDF-", 1))
    letter = issue()
    db.session.commit()
    for expected in (State.QUEUED, State.FAILED):
        assert jobs.run(letter.job_id) is False
        db.session.expire_all()
        assert letter.state is expected
        if expected is State.QUEUED:
            db.session.execute(
                update(jobs.Job).values(not_before=None, patience_until=jobs.Job.patience_until - timedelta(days=1))
            )
            db.session.commit()
    assert "No space left" in str(letter.job.last_error)


def test_a_letter_that_kills_its_workers_is_taken_out(inside: Flask) -> None:
    letter = issue()
    letter.job.unheard = jobs.MAX_UNHEARD
    db.session.commit()
    assert jobs.run(letter.job_id) is False
    db.session.expire_all()
    assert letter.state is State.FAILED


def test_only_administrators_start_a_failed_letter_again(inside: Flask, given: Given) -> None:
    letter = issue()
    letter.job.unheard = jobs.MAX_UNHEARD
    db.session.commit()
    jobs.run(letter.job_id)
    with pytest.raises(Forbidden):
        letters.retry(letter, by=given.staff(Role.FINANCE, D))
    with pytest.raises(Forbidden):
        letters.retry_all(by=given.staff(Role.FINANCE, D))
    administrator = given.staff(Role.ADMINISTRATOR, D)
    letters.retry(letter, by=administrator)
    db.session.commit()
    assert letter.state is State.QUEUED
    assert jobs.run(letter.job_id)
    db.session.commit()
    db.session.expire_all()
    assert letter.state is State.READY
    with pytest.raises(IllegalStep):
        letters.retry(letter, by=administrator)


def test_all_failed_letters_are_started_again_at_once(inside: Flask, given: Given) -> None:
    failed, waiting = [issue() for _ in range(3)], issue()
    for letter in failed:
        letter.job.failed_at, letter.job.last_error = clock.now(), "x"
    db.session.commit()
    administrator = given.staff(Role.ADMINISTRATOR, D)
    assert letters.retry_all(by=administrator) == 3
    assert letters.retry_all(by=SYSTEM) == 0
    db.session.commit()
    db.session.expire_all()
    assert {letter.state for letter in (*failed, waiting)} == {State.QUEUED}
    assert set(db.session.scalars(jobs.left_behind())) >= {letter.job_id for letter in failed}
    entry = db.session.scalars(select(Entry).where(Entry.action == "letters_retried")).one()
    assert (entry.actor_id, entry.after) == (administrator.id, {"count": 3})


@pytest.mark.drill
def test_fifty_letters_keep_their_words_to_themselves(inside: Flask) -> None:
    """T34: each file holds its own canary and no other's."""
    canaries = {}
    for n in range(50):
        word = f"Kanari{uuid4().hex[:10]}"
        recipient = replace(CINEMA, family_name=word, organisation=f"Verein {word}")
        party = (D, T, M)[n % 3]
        canaries[issue(party, recipient=recipient, project_title=f"Titel {word}").id] = word
    db.session.commit()
    for letter_id in canaries:
        assert jobs.run(db.session.get_one(Letter, letter_id).job_id)
    for letter_id, word in canaries.items():
        letter = db.session.get_one(Letter, letter_id)
        assert letter.digest is not None
        with pikepdf.open(io.BytesIO(storage.read(letter.digest))) as file:
            title = str(file.docinfo["/Title"])
        html = letters.document(letter)
        assert letter.register_number in title
        assert word in html
        assert not any(other in html for other in canaries.values() if other != word)
