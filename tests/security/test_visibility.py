"""T12: whatever channel a thing comes through - list, detail, search, count, dashboard - it lies within ``visible_to``.

The crawl has opened every page for everybody; the predicates say what each of them may know of.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import ColumnElement, or_, select

from grantflow.accounts import queries as accounts
from grantflow.accounts.models import Person
from grantflow.applications import policy as applications
from grantflow.applications.models import Application, Version
from grantflow.applications.states import State
from grantflow.kernel.parties import ANONYMOUS, Actor, Role
from grantflow.letters import queries as letters
from grantflow.letters.models import Letter
from grantflow.organisations import policy as organisations
from grantflow.organisations.models import Membership, Organisation
from grantflow.platform.db import db
from grantflow.review.models import Assignment
from grantflow.seats.states import Conflict

from .crawl import ID, Pages, cast
from .world import World

WHO = (
    *("visitor", "applicant in review", "applicant before the cities", "applicant with letters"),
    *("applicant with a draft", "applicant, other", "reviewer D", "reviewer T", "reviewer M"),
    *("office D", "office T", "signatory D", "signatory T", "signatory M", "finance D", "finance M"),
    *("administrator D", "reviewer + signatory D, in conflict", "office + reviewer D, in conflict"),
    "office + reviewer D, review open",
)


def files_of(actor: Actor) -> ColumnElement[bool]:
    """By the applications' own predicate, and a reviewer's by assignment; a declared conflict closes both."""
    assigned = select(Assignment.application_id).where(
        Assignment.reviewer_id == actor.id, Assignment.conflict != Conflict.DECLARED
    )
    return or_(applications.visible(actor), Application.id.in_(assigned))


def letters_of(actor: Actor) -> ColumnElement[bool]:
    """A funder's own, and an applicant's of their decided files."""
    own = select(Application.id).join(Membership, Membership.organisation_id == Application.lead_id)
    mine = own.where(Membership.person_id == actor.id, Application.state.in_([State.AWARDED, State.REJECTED]))
    return or_(letters.visible_to(actor), Letter.application_id.in_(mine))


def people_of(actor: Actor) -> ColumnElement[bool]:
    """An administrator's by the predicate; oneself; an office sees whom it may assign; an administrator those whose
    lost second factor nobody of their own party could report."""
    assignable = Person.party.is_not(None) if Role.OFFICE in actor.roles else Person.id == actor.id
    at_work = accounts.administrators() if Role.ADMINISTRATOR in actor.roles else []
    alone = [person.id for person in accounts.alone(at_work, *at_work)]
    return or_(accounts.visible_to(actor), assignable, Person.id.in_(alone))


SEEN: dict[type, Callable[[Actor], ColumnElement[bool]]] = {
    Application: files_of,
    Letter: letters_of,
    Organisation: organisations.visible,
    Person: people_of,
}


def of(world: World, email: str | None) -> Actor:
    return db.session.get_one(Person, world.ids[email]) if email else ANONYMOUS


def hidden(actor: Actor) -> Iterator[tuple[str, str]]:
    """(id, what it is) of all there is and ``actor`` may not know of."""
    for model, visible in SEEN.items():
        known = set(db.session.scalars(select(model.id).where(visible(actor))))  # type: ignore[attr-defined]
        for key in db.session.scalars(select(model.id)):  # type: ignore[attr-defined]
            if key not in known:
                yield str(key), model.__name__


def numbers(actor: Actor) -> set[str]:
    """Numbers of files that ``actor`` may not know of: neither by right, nor from a letter at their desk."""
    lettered = select(Letter.application_number).where(letters_of(actor))
    query = select(Application.number).where(Application.number.is_not(None), Application.number.not_in(lettered))
    return set(db.session.scalars(query)) - set(db.session.scalars(query.where(files_of(actor))))


def test_everybody_is_looked_at(world: World) -> None:
    assert set(WHO) == set(cast(world))


@pytest.mark.parametrize("who", WHO)
def test_no_page_names_what_its_reader_may_not_know_of(world: World, crawled: dict[str, Pages], who: str) -> None:
    with world.undone(), world.app.app_context():
        actor = of(world, cast(world)[who])
        closed, unknown = dict(hidden(actor)), numbers(actor)
    # The world is worth looking at: there is something to hide from everybody but a city's office.
    assert closed
    for url, page in crawled[who].items():
        body = page.body.decode(errors="replace")
        trail = url.startswith(("/audit", "/workers"))  # administrators read who did what to which file
        named = {(closed[key], key) for key in ID.findall(body) if key in closed}
        assert trail or named == set(), url
        assert trail or {n for n in unknown if re.search(rf"{n}\b", body)} == set(), url


SEARCHES = {
    "office D": "/staff/applications?q={}",
    "signatory T": "/staff/applications?q={}",
    "finance M": "/finance/letters?q={}",
    "administrator D": "/people?group=all&q={}",
}


@pytest.mark.parametrize("who", SEARCHES)
def test_a_search_looks_inside_the_visible_only(world: World, who: str) -> None:
    """H1, H4: every word of what is hidden is answered like a word that nobody ever wrote."""
    with world.undone(), world.app.app_context():
        actor = of(world, world.people[who])
        words, closed = set(_words(actor, who)), dict(hidden(actor)).keys()
        assert words
        client = world.client(world.people[who])
        for word in sorted(words):
            reply = client.get(SEARCHES[who].split("?")[0], query_string=_query(who, word))
            assert set(ID.findall(reply.get_data(as_text=True))) & closed == set(), word


def _query(who: str, word: str) -> dict[str, str]:
    pairs = SEARCHES[who].split("?")[1].split("&")
    return {name: value.format(word) for name, value in (pair.split("=") for pair in pairs)}


def _words(actor: Actor, who: str) -> Iterator[str]:
    """Titles, numbers and names of what ``actor`` may not see, as far as that list searches them."""
    if who.startswith("administrator"):
        yield from db.session.scalars(select(Person.name).where(~accounts.visible_to(actor)))
        yield from db.session.scalars(select(Person.email).where(~accounts.visible_to(actor)))
    elif who.startswith("finance"):
        yield from db.session.scalars(select(Letter.register_number).where(~letters.visible_to(actor)))
        yield from db.session.scalars(select(Letter.project_title).where(~letters.visible_to(actor)))
    else:
        closed = (
            select(Version.title).join(Version.application).where(~applications.visible(actor), Version.title != "")
        )
        yield from db.session.scalars(closed)
