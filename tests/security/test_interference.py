"""T13: changing what a person must not see changes no byte of anything they can fetch.

One world, looked at twice: before and after something behind the curtain moved. The clock stands still, so that every
difference is a leak. Each change is undone before the next.
"""

from collections.abc import Callable
from math import inf
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.decisions.models import Proposal
from grantflow.letters import queries as letters
from grantflow.platform import health
from grantflow.platform.db import db

from .crawl import Pages, cast, crawl, fetch
from .world import (
    ASSIGNED_FRENCH,
    ASSIGNED_GERMAN,
    CONFLICTED,
    OTHER,
    RECUSED_OFFICE,
    TWO_ROLES,
    VISITOR,
    D,
    M,
    T,
    World,
)

Change = Callable[[World, Connection], None]

APPLICANTS = ("applicant in review", "applicant before the cities", OTHER)
DESKS = ("finance D", "finance M")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock goes on: between two looks waiting work would become late, and the frozen clock wrong."""
    monkeypatch.setattr(health, "OVERDUE", inf)
    monkeypatch.setattr(health, "CLOCK_TOLERANCE", inf)
    monkeypatch.setattr(letters, "PATIENCE", inf)


def _run(connection: Connection, statement: str, **values: Any) -> None:
    assert connection.execute(text(statement), values).rowcount > 0, statement


def _unguarded(connection: Connection, *tables: str) -> None:
    """What the database itself refuses to change is changed here to see who would notice."""
    for table in tables:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


# --- behind the curtain --------------------------------------------------------------------------


def a_draft_review_changes(world: World, connection: Connection) -> None:
    """The French reviewer of a file under review rewrites their draft."""
    seat = world.files["in_review T"].assignments[ASSIGNED_FRENCH]
    _run(
        connection,
        "UPDATE score SET points = 9, comment = 'Moved' FROM assessment a"
        " WHERE a.id = score.assessment_id AND a.assignment_id = :seat",
        seat=seat,
    )
    _run(
        connection,
        "UPDATE assessment SET total = 99, recommended_cents = 123400, comment = 'Moved' WHERE assignment_id = :seat",
        seat=seat,
    )


def the_other_submits(world: World, connection: Connection) -> None:
    """The French reviewer submits, through the real verb, while the German one is still at work."""
    file = world.files["in_review T"]
    email = file.reviewers[ASSIGNED_FRENCH]
    with world.app.app_context():
        world.given.review(
            db.session.get_one(Application, file.id), db.session.get_one(Person, world.ids[email]), 3, comment="Non."
        )


def a_colleague_submits(world: World, connection: Connection) -> None:
    """The German reviewer of the same file, who stands in the picker of other files."""
    file = world.files["in_review T"]
    email = file.reviewers[ASSIGNED_GERMAN]
    with world.app.app_context():
        world.given.review(
            db.session.get_one(Application, file.id), db.session.get_one(Person, world.ids[email]), 8, comment="Ja."
        )


def another_third_reviewer_is_proposed(world: World, connection: Connection) -> None:
    """The Toulouse office answers a proposal with another."""
    with world.app.app_context():
        office = db.session.get_one(Person, world.ids[world.people["office T"]])
        other = db.session.get_one(Person, world.ids[world.people["reviewer D, unassigned"]])
        world.given.nominate(db.session.get_one(Application, world.files["third due"].id), other, office)


def the_other_side_gets_another_reviewer(world: World, connection: Connection) -> None:
    """Who sits on the other side, their name and their progress."""
    file = world.files["in_review D"]
    _run(
        connection,
        "UPDATE seat SET reviewer_id = :other, declared_at = NULL, conflict = 'undeclared' WHERE id = :seat",
        other=world.ids["fabre@toulouse.example"],
        seat=file.assignments[ASSIGNED_FRENCH],
    )


def submitted_scores_change(world: World, connection: Connection) -> None:
    """Every score, comment and recommendation of the whole call."""
    _unguarded(connection, "score", "assessment")
    _run(connection, "UPDATE score SET points = 10 - points, comment = 'Moved'")
    _run(connection, "UPDATE assessment SET total = 110 - total, recommended_cents = 100, comment = 'Moved'")
    _run(
        connection, "UPDATE standing SET score = 110 - score, german = 1, french = 2, gap = 1, recommended_cents = 100"
    )


def the_other_reviewer_of_a_file_scores_differently(world: World, connection: Connection) -> None:
    """The German reviewer has submitted; the French one, who has not, must not feel it."""
    _unguarded(connection, "score", "assessment", "seat")
    seat = world.files["in_review D"].assignments[ASSIGNED_GERMAN]
    _run(
        connection,
        "UPDATE score SET points = 0, comment = 'Moved' FROM assessment a"
        " WHERE a.id = score.assessment_id AND a.assignment_id = :seat",
        seat=seat,
    )
    _run(
        connection,
        "UPDATE assessment SET total = 0, recommended_cents = 0, comment = 'Moved' WHERE assignment_id = :seat",
        seat=seat,
    )
    _run(connection, "UPDATE seat SET submitted_at = NULL WHERE id = :seat", seat=seat)


def a_conflict_is_explained(world: World, connection: Connection) -> None:
    _run(connection, "UPDATE seat SET conflict_reason = 'Moved' WHERE conflict = 'declared'")


def a_proposal_is_made(world: World, connection: Connection) -> None:
    """An assessed file goes before the cities, by the office's own verb, and a first key is turned."""
    file = world.files["assessed D"]
    with world.app.app_context():
        application = db.session.get_one(Application, file.id)
        office = db.session.get_one(Person, world.ids[world.people["office D"]])
        made = world.given.proposed(application, shares={D: 100, T: 0, M: 0}, award=100, votes=False, by=office)
        signatory = db.session.get_one(Person, world.ids[world.people["signatory D"]])
        world.given.turn(made, signatory)


def a_key_is_turned(world: World, connection: Connection) -> None:
    """The first key of a proposal."""
    proposal = world.files["proposed T"].proposal
    with world.app.app_context():
        signatory = db.session.get_one(Person, world.ids[world.people["signatory T"]])
        world.given.turn(db.session.get_one(Proposal, proposal), signatory)


def a_draft_changes(world: World, connection: Connection) -> None:
    """Title, words, budget, partner and wishes of somebody's unsent draft."""
    file: UUID = world.files["draft D"].id
    _run(connection, "UPDATE application SET title = 'Moved', search_text = 'moved' WHERE id = :file", file=file)
    _run(
        connection,
        "UPDATE application_version SET title = 'Moved', summary = 'Moved', requested_cents = 1, theme = 'sport'"
        " WHERE application_id = :file",
        file=file,
    )
    for statement in (
        "UPDATE version_answer SET text = 'Moved' FROM application_version v",
        "UPDATE version_party SET name = 'Moved' FROM application_version v",
    ):
        _run(connection, f"{statement} WHERE v.id = version_id AND v.application_id = :file", file=file)


def letters_of_duesseldorf_change(world: World, connection: Connection) -> None:
    _unguarded(connection, "letter", "letter_download")
    _run(
        connection,
        "UPDATE letter SET project_title = 'Moved', recipient_name = 'Moved', search_text = 'moved',"
        " byte_size = byte_size + 5000, amount_cents = amount_cents + 1, register_number = register_number || '9'"
        " WHERE funder = 'duesseldorf' AND digest IS NOT NULL",
    )
    _run(
        connection,
        "INSERT INTO letter_download (id, letter_id, desk, person_id, person_name, digest, at)"
        " SELECT gen_random_uuid(), id, 'finance', gen_random_uuid(), 'Moved', '', now() FROM letter"
        " WHERE funder = 'duesseldorf'",
    )


def bank_data_change(world: World, connection: Connection) -> None:
    _run(connection, "UPDATE organisation SET iban = 'DE00 MOVED', bic = 'MOVED', account_holder = 'Moved'")


def secrets_change(world: World, connection: Connection) -> None:
    """Password hashes, telephone numbers of staff, sign-ins of others, keys of links."""
    _run(connection, "UPDATE person SET password_hash = 'moved', epoch = epoch + 1")
    _run(connection, "UPDATE token SET token_hash = token_hash || 'x', expires_at = now()")
    _run(connection, "UPDATE organisation SET people = '[]', exemption_on = NULL WHERE kind = 'group'")


# --- who must not notice -------------------------------------------------------------------------

BLIND: dict[Change, tuple[str, ...]] = {
    a_draft_review_changes: (
        *("reviewer T", "office D", "office T", "signatory D", "administrator D"),
        *("author of the other review", "applicant of the file"),
    ),
    the_other_submits: (
        *("author of the other review", "applicant of the file", "finance D", VISITOR, "reviewer M", CONFLICTED),
        *("signatory M", TWO_ROLES, RECUSED_OFFICE),
    ),
    a_colleague_submits: (
        *("author of the draft", "applicant of the file", "finance D", VISITOR, "reviewer M", CONFLICTED),
        *("signatory M", TWO_ROLES, RECUSED_OFFICE),
    ),
    another_third_reviewer_is_proposed: (
        *("reviewer D", "reviewer T", "reviewer M", "signatory D", "signatory T", "third, not yet confirmed"),
        *(*APPLICANTS, *DESKS, VISITOR, CONFLICTED, RECUSED_OFFICE),
    ),
    the_other_side_gets_another_reviewer: (
        *("reviewer D", "applicant in review", "signatory D", "finance D", CONFLICTED, TWO_ROLES, RECUSED_OFFICE),
    ),
    submitted_scores_change: (
        "administrator D",
        *DESKS,
        *APPLICANTS,
        "applicant with letters",
        VISITOR,
        CONFLICTED,
        RECUSED_OFFICE,
    ),
    the_other_reviewer_of_a_file_scores_differently: (
        *("reviewer T", "applicant in review", TWO_ROLES, RECUSED_OFFICE),
    ),
    a_conflict_is_explained: (
        *("office T", "reviewer D", "reviewer T", "signatory D", "signatory T", "administrator D"),
        *APPLICANTS,
    ),
    a_proposal_is_made: ("applicant of the assessed file", *APPLICANTS, *DESKS, VISITOR, CONFLICTED),
    a_key_is_turned: ("applicant of the proposed file", *APPLICANTS, *DESKS, VISITOR, CONFLICTED),
    a_draft_changes: ("office D", "signatory T", "administrator D", OTHER, VISITOR),
    # The administrator first: the desk of Métropole fetches its letters, and that is on the trail.
    letters_of_duesseldorf_change: ("administrator D", "finance M", "applicant in review", OTHER, VISITOR),
    bank_data_change: ("office D", "signatory T", "reviewer D", "administrator D", "finance M", VISITOR),
    secrets_change: ("office T", "applicant with letters", VISITOR),
}


def address_of(world: World, who: str) -> str | None:
    more = {
        "author of the other review": world.files["in_review T"].reviewers[ASSIGNED_GERMAN],
        "author of the draft": world.files["in_review T"].reviewers[ASSIGNED_FRENCH],
        "third, not yet confirmed": next(
            email for email, key in world.ids.items() if key == world.landmarks["nominee"]
        ),
        "applicant of the file": world.files["in_review T"].contact,
        "applicant of the assessed file": world.files["assessed D"].contact,
        "applicant of the proposed file": world.files["proposed T"].contact,
    }
    return more[who] if who in more else cast(world)[who]


def look(world: World, crawled: dict[str, Pages], who: str) -> dict[str, tuple[int, bytes]]:
    """What ``who`` sees before the change. Refusals are left out: each of them writes a line that the trail shows."""
    pages = crawled.get(who) or crawl(world, address_of(world, who))
    known = {url: (page.status, page.body) for url, page in pages.items() if page.status != 403}
    # The trail as it is now, not as it was after everybody was refused here and there; the workers as of now.
    return fetch(world, address_of(world, who), known) if {"/audit/", "/workers"} & known.keys() else known


@pytest.mark.parametrize("change", BLIND, ids=lambda change: change.__name__)
def test_nobody_else_feels_it(world: World, crawled: dict[str, Pages], change: Change) -> None:
    with world.undone() as connection:
        known = {}
        for who in BLIND[change]:
            known[who] = look(world, crawled, who)
        change(world, connection)
        felt = {
            (who, url)
            for who, before in known.items()
            for url, answer in fetch(world, address_of(world, who), before).items()
            if answer != before[url]
        }
    assert felt == set()


def test_the_eye_is_sharp(world: World, crawled: dict[str, Pages]) -> None:
    """The method finds what there is: those who may know do see the change, and twice the same is twice the same."""
    seen = {
        a_draft_review_changes: "author of the draft",
        submitted_scores_change: "office D",
        a_colleague_submits: "office D",
        another_third_reviewer_is_proposed: "office D",
        a_proposal_is_made: "signatory D",
        a_key_is_turned: "office T",
        a_draft_changes: "applicant with a draft",
        letters_of_duesseldorf_change: "finance D",
        bank_data_change: "applicant with a draft",
    }
    with world.undone():
        pages = look(world, crawled, "office T")
        assert fetch(world, address_of(world, "office T"), pages) == pages
    for change, who in seen.items():
        email = address_of(world, who)
        with world.undone() as connection:
            before = look(world, crawled, who)
            change(world, connection)
            assert any(fetch(world, email, [url])[url] != answer for url, answer in before.items()), change.__name__


def test_whoever_is_excluded_from_a_file_still_opens_the_picker_of_another(crawled: dict[str, Pages]) -> None:
    """Else nothing above could tell whether a picker betrays what happens behind it."""
    for who in (TWO_ROLES, RECUSED_OFFICE):
        assert any(b'name="reviewer"' in page.body for page in crawled[who].values()), who


def test_withdrawing_does_not_tell_whether_a_decision_is_proposed(world: World) -> None:
    """What an applicant cannot read they must not learn by trying, either: see the page before the button."""
    with world.undone():
        answers = set()
        for label in ("in_review D", "assessed D", "proposed D"):
            file = world.files[label]
            reply = world.client(file.contact).get(f"/applications/{file.id}/withdraw")
            answers.add(reply.status_code)
    assert answers == {200}


def test_the_archive_of_a_desk_holds_nothing_of_another(world: World) -> None:
    with world.undone() as connection:
        letters_of_duesseldorf_change(world, connection)
        reply = world.client(world.people["finance M"]).post("/finance/letters/archive", data={"all": "1"})
        assert reply.status_code == 200
        assert reply.mimetype == "application/zip"
        assert b"Moved" not in reply.get_data()
        own = world.client(world.people["finance D"])
        stolen = {"letter": [str(world.letters["M"]), str(world.letters["T"])]}
        assert own.post("/finance/letters/archive", data=stolen).status_code == 302
