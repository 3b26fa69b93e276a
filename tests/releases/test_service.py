"""Drafts, keys and days on PostgreSQL, with a kind of this test's own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from grantflow.accounts.models import Person
from grantflow.kernel import clock
from grantflow.kernel.errors import DomainError, Forbidden, IllegalStep, Incomplete
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from grantflow.releases import kinds, queries, rules, service
from grantflow.releases.kinds import Kind
from grantflow.releases.models import Edition
from grantflow.releases.states import EditionState
from tests.given import Given

D, T, _ = Party


class Notice(BaseModel):
    words: str


@pytest.fixture(name="board")
def a_board(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Where notices hang once they are in force."""
    board: dict[str, Any] = {}
    kind = Kind(
        name="notice",
        document=Notice,
        needs=lambda key, before, after: (rules.need(D, Role.SIGNATORY), rules.need(T, Role.SIGNATORY)),
        flaws=lambda key, before, after: [rules.Flaw(("words",), "flaw.rude")] if after.words == "rude" else [],
        apply=lambda key, before, after, day: board.update({key: (before and before.words, after.words)}),
        can_edit=lambda actor, key: Role.OFFICE in actor.roles,
        title=lambda key: key,
        label=lambda path: str(path[-1]),
        spoken=lambda path, value: str(value or ""),
        keys=("door", "window"),
    )
    monkeypatch.setitem(kinds.KINDS, "notice", kind)
    return board


@pytest.fixture(name="people")
def some_people(app: Flask, given: Given, board: dict[str, Any]) -> Iterator[dict[str, Person]]:
    """An office, and somebody who signs in each city; an app context stays open."""
    with app.app_context():
        yield {
            "office": given.person(Role.OFFICE, party=D),
            "german": given.person(Role.SIGNATORY, party=D),
            "colleague": given.person(Role.SIGNATORY, party=D),
            "french": given.person(Role.SIGNATORY, party=T),
        }
        db.session.rollback()


def drafted(people: dict[str, Person], words: str = "open", **facts: Any) -> Edition:
    return service.draft("notice", "door", {"words": words}, by=people["office"], **facts)


def sign(edition: Edition, *who: Person) -> None:
    for person in who:
        service.turn_key(edition, digest=service.fingerprint(edition), by=person)


def test_nothing_comes_into_force_with_one_key(people: dict[str, Person], board: dict[str, Any]) -> None:
    edition = drafted(people)
    sign(edition, people["german"])
    for again in (people["german"], people["colleague"], people["office"]):
        with pytest.raises(Forbidden):
            sign(edition, again)
    assert (edition.state, board) == (EditionState.DRAFT, {})
    sign(edition, people["french"])
    assert (edition.state, board) == (EditionState.IN_FORCE, {"door": (None, "open")})


def test_a_save_voids_the_keys(people: dict[str, Person], board: dict[str, Any]) -> None:
    edition = drafted(people)
    old = service.fingerprint(edition)
    sign(edition, people["german"])
    service.save(edition, {"words": "shut"}, seen=1, by=people["office"])
    assert edition.keys == []
    with pytest.raises(IllegalStep, match="edition_changed"):
        service.turn_key(edition, digest=old, by=people["french"])
    with pytest.raises(IllegalStep, match="edition_changed"):
        service.save(edition, {"words": "ajar"}, seen=1, by=people["office"])


def test_the_next_edition_supersedes_the_one_before(people: dict[str, Person], board: dict[str, Any]) -> None:
    first = drafted(people)
    sign(first, people["german"], people["french"])
    second = drafted(people, "shut", reason="winter")
    assert second.based_on_id == first.id
    sign(second, people["french"], people["colleague"])
    assert (first.state, second.state) == (EditionState.SUPERSEDED, EditionState.IN_FORCE)
    assert board == {"door": ("open", "shut")}


def test_what_is_valid_from_a_day_changes_nothing_before(people: dict[str, Person], board: dict[str, Any]) -> None:
    sign(drafted(people), people["german"], people["french"])
    day = clock.today() + timedelta(days=30)
    later = drafted(people, "shut", valid_from=day)
    sign(later, people["german"], people["french"])
    service.take_effect()
    assert (later.state, board["door"][1]) == (EditionState.RELEASED, "open")
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert service.take_effect() == 1
    assert board["door"][1] == "shut"


def test_nobody_signs_what_cannot_come_into_force(people: dict[str, Person]) -> None:
    for content in ({"words": "rude"}, {}):
        edition = drafted(people)
        edition.content = content
        db.session.flush()
        with pytest.raises(Incomplete):
            sign(edition, people["german"])
        service.discard(edition, by=people["office"])


def test_only_one_draft_at_a_time(people: dict[str, Person]) -> None:
    drafted(people)
    with pytest.raises(IllegalStep, match="draft_exists"):
        drafted(people, "shut")
    with pytest.raises(Forbidden):
        service.draft("notice", "window", {}, by=people["german"])


def test_a_draft_from_before_the_last_release_is_measured_again(people: dict[str, Person]) -> None:
    edition = drafted(people)
    other = Edition(
        kind="notice",
        key="door",
        number=99,
        content={"words": "old"},
        saved_at=clock.now(),
        released_at=clock.now(),
        state=EditionState.SUPERSEDED,
    )
    db.session.add(other)
    db.session.flush()
    with pytest.raises(IllegalStep, match="edition_is_outdated"):
        sign(edition, people["german"])
    service.rebase(edition, by=people["office"])
    sign(edition, people["german"])
    assert queries.base(edition) is other


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE edition SET content = '{}' WHERE id = :id",
        "UPDATE edition SET state = 'draft' WHERE id = :id",
        "DELETE FROM edition WHERE id = :id",
        "DELETE FROM edition_key WHERE edition_id = :id",
        "UPDATE edition_key SET digest = '' WHERE edition_id = :id",
    ],
)
def test_what_two_people_released_stays_as_they_released_it(people: dict[str, Person], attack: str) -> None:
    edition = drafted(people)
    sign(edition, people["german"], people["french"])
    with pytest.raises(DatabaseError), db.session.begin_nested():
        db.session.execute(text(attack), {"id": edition.id})


def test_the_database_releases_nothing_with_one_key(people: dict[str, Person]) -> None:
    edition = drafted(people)
    sign(edition, people["german"])
    released = "UPDATE edition SET state = 'released', released_at = now() WHERE id = :id"
    with pytest.raises(DatabaseError, match="released by two people"), db.session.begin_nested():
        db.session.execute(text(released), {"id": edition.id})


def test_refusals_are_known_by_their_keys(people: dict[str, Person]) -> None:
    edition = drafted(people)
    sign(edition, people["german"], people["french"])
    for refused in (
        lambda: service.save(edition, {"words": "x"}, seen=1, by=people["office"]),
        lambda: service.discard(edition, by=people["office"]),
        lambda: service.take_back(edition, by=people["german"]),
    ):
        with pytest.raises(DomainError, match="edition_is_final"):
            refused()


def test_a_draft_over_a_release_that_was_given_up_goes_on(people: dict[str, Person]) -> None:
    first = drafted(people, valid_from=clock.today() + timedelta(days=9))
    sign(first, people["german"], people["french"])
    second = drafted(people, "shut")
    service.discard(first, by=people["office"])
    assert service.is_outdated(second)
    service.rebase(second, by=people["office"])
    sign(second, people["german"], people["french"])
    assert second.state is EditionState.IN_FORCE
