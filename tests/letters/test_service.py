"""Issued once, numbered without gaps, printed once whoever prints, handed out on record."""

import csv
import io
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete, Transient, Unavailable
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.letters import queries, rules
from grantflow.letters import service as letters
from grantflow.letters.models import Body, Download, Letter
from grantflow.letters.service import mending, writing
from grantflow.letters.service.handing import index
from grantflow.letters.service.layout import stylesheet
from grantflow.letters.states import Desk, Kind, Standing, State
from grantflow.notifications import service as notifications
from grantflow.notifications.models import Message
from grantflow.platform import jobs, locale, pdf, storage
from grantflow.platform.db import db
from tests.counting import counted
from tests.given import Given

from .samples import CINEMA, DAY, SIGNATORIES, facts, issued

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


@pytest.fixture
def inside(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def issue(
    party: Party = D, key: str = "", kind: Kind = Kind.AWARD, *, on: date | None = None, **changes: object
) -> Letter:
    """The act alone: its recipient reads the funder's language."""
    made = facts(kind, party, **{"contact_language": party.language, **changes})
    return issued(kind, made, key=key, on=on)[0]


def printed(party: Party = D, **changes: object) -> Letter:
    letter = issue(party, **changes)
    db.session.commit()
    assert jobs.run(letter.job_id)
    db.session.commit()
    db.session.expire_all()
    return letter


def printed_again(letter: Letter) -> bool:
    db.session.expire_all()
    repair = letter.repair_id
    db.session.commit()
    assert repair
    done = jobs.run(repair)
    db.session.expire_all()
    return done


def count(letter: Letter) -> int:
    return int(letter.register_number.rpartition("-")[2])


def trail(action: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Entry).where(Entry.action == action)) or 0


# --- issuing -------------------------------------------------------------------------------------


def test_issuing_twice_under_one_key_is_issuing_once(inside: Flask) -> None:
    first, other = issue(key="deed"), issue(key="other")
    assert issue(key="deed").id == first.id
    assert count(other) == count(first) + 1
    assert count(issue(key="third")) == count(other) + 1


def test_each_funder_counts_for_itself_and_each_year(inside: Flask) -> None:
    made = [issue(D), issue(T), issue(M)]
    assert [letter.register_number[:7] for letter in made] == ["D-2026-", "T-2026-", "M-2026-"]
    next_year = issue(D, on=date(2031, 1, 2))
    assert next_year.register_number == "D-2031-0001"


def test_a_courtesy_translation_carries_its_acts_number(inside: Flask) -> None:
    act, courtesy = issued(Kind.AWARD, [facts(party=T)], key="deed")
    assert (act.standing, act.language) == (Standing.ACT, "fr")
    assert (courtesy.standing, courtesy.language) == (Standing.COURTESY, "de")
    assert courtesy.register_number == act.register_number
    assert (courtesy.facts, courtesy.slots) == (act.facts, act.slots)


def test_no_translation_for_readers_of_the_funders_language(inside: Flask) -> None:
    made = issued(Kind.AWARD, [facts()], key="deed")
    assert [letter.standing for letter in made] == [Standing.ACT]


def test_a_deed_of_three_funders_costs_two_statements_and_stands_whole_or_not_at_all(inside: Flask) -> None:
    acts = letters.freeze(Kind.AWARD, [facts(party=party) for party in (D, T, M)])
    subject = uuid4()
    with counted() as cost:
        made = letters.issue(acts, SIGNATORIES, on=DAY, key="deed", act_id=subject, application_id=uuid4(), by=SYSTEM)
    assert cost.sql == 2, cost.statements
    assert [(letter.funder, letter.language) for letter in made] == [
        *[(D, "de"), (T, "fr"), (T, "de"), (M, "fr"), (M, "de")]
    ]
    assert (
        letters.issue(acts, SIGNATORIES, on=DAY, key="deed", act_id=subject, application_id=uuid4(), by=SYSTEM) == made
    )
    numbers = count(issue(D)), count(issue(T))
    unvoted = letters.freeze(Kind.AWARD, [facts(), facts(party=T, deliberation=None)])
    with pytest.raises(Incomplete, match="letter_without_deliberation"):
        letters.issue(unvoted, SIGNATORIES, on=DAY, key="x", act_id=subject, application_id=uuid4(), by=SYSTEM)
    assert (count(issue(D)), count(issue(T))) == (numbers[0] + 1, numbers[1] + 1)


def test_what_may_not_be_issued_draws_no_number(inside: Flask) -> None:
    before = count(issue())
    with pytest.raises(Incomplete) as refused:
        issue(remedy=None)
    assert [reason.key for reason in refused.value.reasons] == ["letter_without_remedy"]
    assert count(issue()) == before + 1


def test_nothing_is_dropped_on_the_way_to_paper(inside: Flask) -> None:
    """``Zeit → Raum ≠`` became ``Zeit Raum``. What print has, is printed; what it lacks, is named and not issued."""
    letter = issue(project_title="Zeit ½ Raum ↑ № 7 ™")
    assert letter.project_title == letter.facts["project_title"] == "Zeit ½ Raum ↑ № 7 ™"
    with pytest.raises(Incomplete) as refused:
        issue(project_title="🎬 Zeit → Raum ≠")
    assert [(r.key, r.facts) for r in refused.value.reasons] == [("letter_unprintable", {"characters": "🎬 → ≠"})]


def test_a_rolled_back_letter_leaves_no_gap(inside: Flask) -> None:
    before = count(issue())
    db.session.commit()
    savepoint = db.session.begin_nested()
    issue()
    savepoint.rollback()
    assert count(issue()) == before + 1


def test_twenty_parallel_deeds_make_twenty_numbers_and_one_deed_one(real: Flask) -> None:
    """T19: real commits on real connections."""
    gate = threading.Barrier(8)

    def work(position: int) -> None:
        with real.app_context():
            gate.wait(60)
            for turn in range(3):
                issue(key="same" if turn == 0 else f"{position}-{turn}")
                db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=work, args=(position,)) for position in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with real.app_context():
        numbers = sorted(db.session.scalars(select(Letter.register_number)))
        assert numbers == [rules.register_number(D, 2026, n) for n in range(1, 18)]


# --- printing ------------------------------------------------------------------------------------


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


# --- frozen --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "facts = '{}'",
        "signatory = 'x'",
        "issued_on = '2026-01-01'",
        "funding_start = '2026-01-01'",
        "body_digest = (SELECT digest FROM body b WHERE b.digest <> body_digest)",
        "key = 'x'",
        "register_number = 'D-2026-9999'",
        "amount_cents = 1",
        "digest = repeat('0', 64)",
        "pages = 9",
        "digest = NULL, byte_size = NULL, pages = NULL",
    ],
)
def test_the_database_refuses_to_change_a_letter(inside: Flask, change: str) -> None:
    letter = printed()
    with pytest.raises(DBAPIError, match="does not change"), db.session.begin_nested():
        db.session.execute(text(f"UPDATE letter SET {change} WHERE id = :id"), {"id": letter.id})  # noqa: S608 - above


@pytest.mark.parametrize("change", ["UPDATE body SET text = text || '.'", "INSERT INTO body VALUES ('0', 'Text')"])
def test_a_body_lies_under_the_digest_of_its_own_bytes(inside: Flask, change: str) -> None:
    issue()
    with pytest.raises(DBAPIError, match=r"stays as it was written|digest_of_text"), db.session.begin_nested():
        db.session.execute(text(change))


def test_what_was_written_out_is_printed_whatever_the_templates_say_by_then(
    inside: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of a letter come from its body alone: another release's templates print nothing of it."""
    (act,) = letters.freeze(Kind.AWARD, [facts()])
    before = queries.bodies(act.bodies.values())
    monkeypatch.setattr(writing, "_environment", lambda language: pytest.fail("a stored body is never a template"))
    (letter,) = letters.issue([act], SIGNATORIES, on=DAY, key="deed", act_id=uuid4(), application_id=uuid4(), by=SYSTEM)
    db.session.commit()
    html = letters.document(letter)
    for piece in re.split(r'<slot name="\w+"></slot>', before[letter.body_digest]):
        assert piece in html


def test_equal_words_are_stored_once(inside: Flask) -> None:
    def bodies() -> int:
        return db.session.scalar(select(func.count()).select_from(Body)) or 0

    letters.freeze(Kind.AWARD, [facts()])
    assert bodies() == 2
    letters.freeze(Kind.AWARD, [facts(), facts()])
    assert bodies() == 2
    letters.freeze(Kind.AWARD, [facts(project_title="Anders")])
    assert bodies() == 4


def test_the_database_refuses_to_delete(inside: Flask, given: Given) -> None:
    letter = printed()
    letters.download(letter, by=given.staff(Role.FINANCE, D), desk=Desk.FINANCE)
    db.session.flush()
    for table in ("letter_download", "letter", "body"):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - the names above


# --- handing out ---------------------------------------------------------------------------------


def test_a_download_is_verified_and_on_record(inside: Flask, given: Given) -> None:
    letter, person = printed(), given.staff(Role.FINANCE, D)
    content = letters.download(letter, by=person, desk=Desk.RECIPIENT)
    db.session.commit()
    assert content == storage.read(str(letter.digest))
    row = db.session.scalars(select(Download).where(Download.letter_id == letter.id)).one()
    assert (row.person_id, row.person_name, row.desk, row.digest) == (
        person.id,
        person.name,
        Desk.RECIPIENT,
        letter.digest,
    )
    assert trail("letter_downloaded") == 1


ROT: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "flipped": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
    "empty": lambda path: path.write_bytes(b""),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.fixture
def quick_press(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text itself for a PDF: these tests are about files, not about the press."""
    monkeypatch.setattr(pdf, "render", lambda html, *, css: pdf.Rendered(html.encode(), 1))


@pytest.mark.parametrize("rot", ROT)
@pytest.mark.usefixtures("quick_press")
def test_a_damaged_file_is_never_handed_out_and_printed_again(inside: Flask, given: Given, rot: str) -> None:
    letter, person = printed(), given.staff(Role.FINANCE, D)
    ROT[rot](storage.path_of(str(letter.digest)))
    with pytest.raises(Unavailable, match="letter_damaged"):
        letters.download(letter, by=person, desk=Desk.FINANCE)
    assert db.session.scalar(select(func.count()).select_from(Download).where(Download.letter_id == letter.id)) == 0
    assert trail("letter_found_rotten") == 1
    if rot == "a folder":
        storage.path_of(str(letter.digest)).rmdir()
    assert printed_again(letter)
    db.session.commit()
    assert letters.download(letter, by=person, desk=Desk.FINANCE) == letters.document(letter).encode()
    db.session.expire_all()
    assert (letter.rotten_at, letter.is_lost, letter.state) == (None, False, State.READY)
    assert (trail("letter_found_rotten"), trail("letter_reprinted")) == (1, 1)
    assert printed_again(letter) is False


@pytest.mark.usefixtures("quick_press")
def test_what_comes_out_otherwise_is_named_and_not_passed_off_as_the_letter(
    inside: Flask, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter, person = printed(), given.staff(Role.FINANCE, D)
    storage.path_of(str(letter.digest)).unlink()
    assert letters.scan() == [letter.id]
    db.session.commit()
    with monkeypatch.context() as newer:
        newer.setattr(pdf, "render", lambda html, *, css: pdf.Rendered(b"%PDF- of a newer release", 1))
        assert printed_again(letter) is False
    db.session.expire_all()
    assert letter.is_lost
    assert letter.repair
    assert "other bytes" in str(letter.repair.last_error)
    assert not storage.path_of(str(letter.digest)).exists()
    with pytest.raises(Unavailable, match="letter_lost"):
        letters.download(letter, by=person, desk=Desk.FINANCE)
    assert printed_again(letter) is False, "not again by itself"
    letters.retry_all(by=SYSTEM)
    db.session.commit()
    assert printed_again(letter)


@pytest.mark.usefixtures("quick_press")
def test_a_disk_that_is_full_puts_the_printing_off_and_loses_nothing(
    inside: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = printed()
    storage.path_of(str(letter.digest)).unlink()
    letters.scan()
    db.session.commit()
    with monkeypatch.context() as full:

        def refuse(content: bytes) -> str:
            raise Transient("storage refused: No space left on device")

        full.setattr(storage, "put", refuse)
        assert printed_again(letter) is False
    db.session.expire_all()
    assert letter.repair
    assert (letter.is_lost, letter.rotten_at is None, letter.repair.not_before is None) == (False, False, False)
    letter.repair.not_before = None
    db.session.commit()
    assert printed_again(letter)


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.usefixtures("quick_press")
def test_one_damaged_file_does_not_hold_up_the_others(inside: Flask, given: Given, language: str) -> None:
    chosen, person = [printed(), printed(T), printed(M)], given.staff(Role.FINANCE, D)
    storage.path_of(str(chosen[1].digest)).unlink()
    with locale.use(language):
        stream = b"".join(letters.archive(chosen, by=person))
    db.session.commit()
    with zipfile.ZipFile(io.BytesIO(stream)) as archive:
        names = archive.namelist()
        rows = list(csv.reader(io.StringIO(archive.read(names[0]).decode("utf-8-sig")), delimiter=";"))
    assert names[1:] == [chosen[0].file_name, chosen[2].file_name]
    assert [row[1] for row in rows[1:]] == [letter.register_number for letter in chosen]
    assert [row[0] for row in rows[1:]] == [chosen[0].file_name, "", chosen[2].file_name]
    assert ("beschädigt" if language == "de" else "endommagé") in rows[2][-1]
    assert rows[1][-1] == rows[3][-1] == ""
    assert trail("letter_downloaded") == 2
    db.session.refresh(chosen[1])
    assert chosen[1].rotten_at


@pytest.mark.usefixtures("quick_press")
def test_a_scan_goes_on_where_the_last_one_ended(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are compared a slice at a time, by the database's note; lengths every time."""
    made = sorted((printed() for _ in range(5)), key=lambda letter: letter.id)
    ROT["flipped"](storage.path_of(str(made[4].digest)))
    monkeypatch.setattr(mending, "BYTES", 2 * int(made[0].byte_size or 0))
    assert [letters.scan() for _ in range(4)] == [[], [], [made[4].id], []]
    monkeypatch.setattr(mending, "BYTES", 0)
    more = [printed() for _ in range(3)]
    ROT["gone"](storage.path_of(str(more[0].digest)))
    ROT["short"](storage.path_of(str(more[1].digest)))
    ROT["flipped"](storage.path_of(str(more[2].digest)))
    assert set(letters.scan()) == {more[0].id, more[1].id}


@pytest.mark.usefixtures("quick_press")
def test_a_store_that_is_away_as_a_whole_sets_few_letters_going(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [printed() for _ in range(4)]
    monkeypatch.setattr(mending, "MOST", 2)
    for letter in made:
        ROT["gone"](storage.path_of(str(letter.digest)))
    assert len(letters.scan()) == 2
    db.session.commit()
    assert len(list(db.session.scalars(jobs.left_behind()))) == 2


def test_a_letter_from_the_real_press_comes_back_byte_for_byte(inside: Flask) -> None:
    letter = printed()
    before = storage.read(str(letter.digest))
    ROT["flipped"](storage.path_of(str(letter.digest)))
    assert letters.scan() == [letter.id]
    db.session.commit()
    assert printed_again(letter)
    assert storage.read(str(letter.digest)) == before


def test_nothing_to_hand_out_yet(inside: Flask, given: Given) -> None:
    letter, person = issue(), given.staff(Role.FINANCE, D)
    with pytest.raises(IllegalStep):
        letters.download(letter, by=person, desk=Desk.FINANCE)
    with pytest.raises(IllegalStep):
        letters.archive([], by=person)


def test_the_archive_holds_the_files_and_an_index(inside: Flask, given: Given) -> None:
    chosen = [printed(project_title="=SUMME(A1)"), printed(kind=Kind.REJECTION)]
    person = given.staff(Role.FINANCE, D)
    with locale.use("de"):
        stream = letters.archive(chosen, by=person)
    db.session.commit()
    assert trail("letter_downloaded") == 2
    with zipfile.ZipFile(io.BytesIO(b"".join(stream))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[1:] == [letter.file_name for letter in chosen]
        raw = archive.read(names[0])
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
        files = {name: archive.read(name) for name in names[1:]}
    assert len({len(row) for row in rows}) == 1
    assert [row[1] for row in rows[1:]] == [letter.register_number for letter in chosen]
    assert rows[1][3] == "'=SUMME(A1)"
    assert "4700,00" in rows[1]
    for row, letter in zip(rows[1:], chosen, strict=True):
        assert row[-2:] == [letter.digest, ""]
        assert files[row[0]] == storage.read(row[-2])


def test_the_amounts_of_an_index_add_up(inside: Flask, given: Given) -> None:
    """A translation carries no money of its own."""
    deed = issued(Kind.AWARD, [facts(Kind.AWARD, T)], key="d")
    for letter in deed:
        assert jobs.run(letter.job_id)
        db.session.commit()
        db.session.expire_all()
    with locale.use("de"):
        rows = list(
            csv.DictReader(
                io.StringIO(index(deed, [letter.file_name for letter in deed], [""] * len(deed))), delimiter=";"
            )
        )
    assert [letter.standing for letter in deed] == [Standing.ACT, Standing.COURTESY]
    assert [row["Betrag (EUR)"] for row in rows] == ["4700,00", ""]


def test_visible_to(inside: Flask, given: Given) -> None:
    own, other = issue(D), issue(T)
    seen: dict[str, set[UUID]] = {}
    people: dict[str, Callable[[], object]] = {
        "finance": lambda: given.staff(Role.FINANCE, D),
        "office": lambda: given.staff(Role.OFFICE, D),
        "signatory": lambda: given.staff(Role.SIGNATORY, D),
        "reviewer": lambda: given.staff(Role.REVIEWER, D),
        "administrator": lambda: given.staff(Role.ADMINISTRATOR, D),
        "applicant": given.applicant,
    }
    for name, person in people.items():
        found = db.session.scalars(select(Letter.id).where(queries.visible_to(person())))  # type: ignore[arg-type]
        seen[name] = set(found) & {own.id, other.id}
    assert seen == {
        "finance": {own.id},
        "office": {own.id},
        "signatory": {own.id},
        "reviewer": set(),
        "administrator": set(),
        "applicant": set(),
    }
