"""Issued once, numbered without gaps, printed once whoever prints, handed out on record."""

import csv
import io
import re
import threading
import zipfile
from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from grantflow.kernel.errors import IllegalStep, Incomplete
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.letters import queries, rules
from grantflow.letters import service as letters
from grantflow.letters.models import Body, Download, Letter
from grantflow.letters.rules import Form
from grantflow.letters.service import writing
from grantflow.letters.service.handing import index
from grantflow.letters.states import Desk, Kind, Standing
from grantflow.platform import jobs, locale, storage
from grantflow.platform.db import db
from tests.counting import counted
from tests.given import Given
from tests.letters.making import count, issue, printed, trail

from .samples import DAY, SIGNATORIES, facts, issued

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


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


@pytest.mark.parametrize(
    ("form", "function"),
    [
        (Form.MS, "Directrice des relations internationales, par délégation du Maire"),
        (Form.MR, "Directeur des relations internationales, par délégation du Maire"),
        (Form.NEUTRAL, "Direction des relations internationales, par délégation du Maire"),
    ],
)
def test_whoever_signs_does_so_in_their_own_form(inside: Flask, form: Form, function: str) -> None:
    act = letters.freeze(Kind.AWARD, [facts(party=T)])
    who = {T: rules.Signatory(name="Dominique Lacroix", form=form)}
    letter, *_ = letters.issue(act, who, on=DAY, key="deed", act_id=uuid4(), application_id=uuid4(), by=SYSTEM)
    assert f">{function}<" in letters.document(letter).replace("\u00a0", " ")


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
        assert numbers == [rules.register_number("D", 2026, n) for n in range(1, 18)]


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
