"""Out as a file, in as drafts: exactly what was changed changes, and only where whoever's keys it takes release it."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grantflow.accounts.models import Person
from grantflow.calls.documents import FundDocument
from grantflow.calls.models import Call, Funder
from grantflow.demo import opening
from grantflow.fundfile import rules, service, texts
from grantflow.kernel.errors import IllegalStep
from grantflow.platform import locale
from grantflow.platform.db import db
from grantflow.releases import queries
from grantflow.releases import service as releases
from grantflow.releases.models import Edition
from grantflow.releases.rules import differences
from grantflow.releases.states import EditionState

from .starting import BARE


def taken_in(text: str, **options: Any) -> list[Any]:
    document, found = service.check(text.encode())
    assert document, found
    return service.take_in(document, service.plan(document), **options)


@pytest.fixture(name="released")
def in_force(people: list[Person]) -> str:
    """The starting file in force, as an export has it."""
    document, _ = service.check(BARE.encode())
    assert document
    opening.release(document, people)
    return rules.write(service.export())


def test_an_import_makes_drafts_and_nothing_else(empty: Flask) -> None:
    editions = taken_in(BARE)
    assert {edition.state for edition in editions} == {EditionState.DRAFT}
    assert [edition.label for edition in editions] == [
        *(f"{kind} {party}" for kind in ("funder", "law") for party in ("duesseldorf", "toulouse", "metropole")),
        *("agreement 2021", "agreement 2027", "call 27-1"),
    ]
    assert not db.session.query(Funder).count()
    assert not db.session.query(Call).count()
    assert queries.all_in_force() == []


def test_a_check_writes_nothing(empty: Flask) -> None:
    assert service.check(BARE.encode())[1] == []
    assert not db.session.query(Funder).count()
    assert queries.all_in_force() == []


def test_what_comes_in_goes_out_the_same(released: str) -> None:
    assert released == BARE
    assert taken_in(released) == []


def _values(source: rules.Source) -> list[tuple[Any, ...]]:
    """Places of the file that can say something else without becoming wrong."""
    free = {
        "street",
        "city",
        "court",
        "department",
        "authority",
        "version",
        "longest",
        "interpreter",
        "night",
        "weight",
    }
    return [path for path in source.names if path[-1] in free or (path[-1] in {"de", "fr"} and path[-2] == "help")]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_exactly_the_value_that_was_changed_changes(released: str, data: st.DataObject) -> None:
    source = rules.read(released.encode())
    path = data.draw(st.sampled_from(_values(source)))
    inner: Any = source.values
    for step in path[:-1]:
        inner = inner[step]
    before = inner[path[-1]]
    after = str(int(before) + 1) if before.isdigit() else data.draw(st.sampled_from(["Neu: „x“", "été # 2", "- x"]))
    inner[path[-1]] = after
    text = rules.write(FundDocument.model_validate(source.values))
    document, _, found = rules.check(text.encode())
    assert document, found
    with db.session.begin_nested() as inside:
        [edition] = service.take_in(document, service.plan(document))
        base = queries.base(edition)
        assert base
        [change] = differences(base.content, edition.content)
        inside.rollback()
    assert (str(change.before), str(change.after)) == (before, after)


def drafted(person: Person, **changes: Any) -> Edition:
    latest = queries.latest_signed("funder", "toulouse")
    assert latest
    return releases.draft("funder", "toulouse", {**latest.content, **changes}, by=person)


def test_what_somebody_is_working_on_is_not_written_over(released: str, people: list[Person]) -> None:
    own = drafted(people[1], authority="La Maire")
    text = released.replace("department: Direction des relations internationales", "department: Service Europe")
    document, _ = service.check(text.encode())
    assert document
    steps = service.plan(document)
    assert [step.is_in_hand for step in steps if step.key == "toulouse" and step.kind == "funder"] == [True]
    with pytest.raises(IllegalStep, match="draft_in_hand"):
        service.take_in(document, steps)
    assert own.content["authority"] == "La Maire"
    service.take_in(document, steps, may_overwrite=True)
    assert (own.content["authority"], own.content["department"]) == ("Le Maire", "Service Europe")


def test_what_an_import_drafted_the_next_one_writes_over(released: str) -> None:
    for name in ("Service Europe", "Service Monde"):
        [edition] = taken_in(released.replace("Direction des relations internationales\n", f"{name}\n", 1))
        assert (edition.number, edition.content["department"]) == (2, name)
    assert edition.revision == 2


def test_nobody_agrees_to_one_plan_and_gets_another(released: str, people: list[Person]) -> None:
    document, _ = service.check(released.replace("Le Maire", "La Maire", 1).encode())
    assert document
    steps = service.plan(document)
    drafted(people[1])
    with pytest.raises(IllegalStep, match="edition_changed"):
        service.take_in(document, steps)


def test_whose_keys_are_needed_is_said(empty: Flask, people: list[Person]) -> None:
    editions = {edition.label: edition for edition in taken_in(BARE)}
    with locale.use("en"):
        assert texts.needs(releases.needs(editions["call 27-1"])) == [
            "Signatory, Düsseldorf",
            "Signatory, Toulouse",
            "Signatory, Toulouse Métropole",
        ]
        assert texts.needs(releases.needs(editions["funder toulouse"])) == [
            "Administrator, Toulouse",
            "Administrator, Düsseldorf or Toulouse Métropole",
        ]
