"""Keys and differences, without a database."""

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel.parties import Party, Role
from grantflow.releases import rules
from grantflow.releases.rules import Difference, Turned, need

D, T, M = Party
CITIES = (need(D, Role.SIGNATORY), need(T, Role.SIGNATORY))


def key(party: Party, *roles: Role, person: UUID | None = None) -> Turned:
    return Turned(person or uuid4(), party, frozenset(roles))


people = st.builds(key, st.sampled_from(Party), st.sampled_from(Role), st.none())
needs = st.lists(
    st.builds(
        rules.Need, st.frozensets(st.sampled_from(Party), min_size=1), st.frozensets(st.sampled_from(Role), min_size=1)
    ),
    min_size=2,
    max_size=4,
)


@given(needs, people)
def test_one_person_alone_never_releases_anything(wanted: list[rules.Need], person: Turned) -> None:
    assert len(rules.missing(wanted, [person])) >= len(wanted) - 1
    assert not rules.can_help(wanted, [person], person)


@given(needs, st.lists(people, max_size=4))
def test_the_order_of_keys_does_not_matter(wanted: list[rules.Need], turned: list[Turned]) -> None:
    left = {len(rules.missing(wanted, order)) for order in permutations(turned)}
    assert len(left) == 1


def test_somebody_with_two_roles_stands_for_the_key_that_nobody_else_can_turn() -> None:
    wanted = (need(D, Role.SIGNATORY, Role.ADMINISTRATOR), need(D, Role.ADMINISTRATOR))
    both, only = key(D, Role.SIGNATORY, Role.ADMINISTRATOR), key(D, Role.SIGNATORY)
    assert rules.missing(wanted, [both, only]) == ()
    assert rules.missing(wanted, [only, both]) == ()


def test_each_city_turns_its_own_key() -> None:
    german = key(D, Role.SIGNATORY)
    assert rules.missing(CITIES, [german, key(D, Role.SIGNATORY)]) == CITIES[1:]
    assert not rules.can_help(CITIES, [german], key(M, Role.SIGNATORY))
    assert rules.can_help(CITIES, [german], key(T, Role.SIGNATORY))


def test_a_line_put_in_the_middle_is_one_difference() -> None:
    before = {"questions": [{"code": "why", "longest": 100}, {"code": "how", "longest": 100}]}
    after = {"questions": [before["questions"][0], {"code": "who", "longest": 50}, {"code": "how", "longest": 90}]}
    assert list(rules.differences(before, after)) == [
        Difference(("questions", "who", "code"), None, "who"),
        Difference(("questions", "who", "longest"), None, 50),
        Difference(("questions", "how", "longest"), 100, 90),
    ]


values: Any = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


@given(values, values)
def test_no_difference_is_missed_and_none_is_invented(one: Any, other: Any) -> None:
    assert list(rules.differences(one, one)) == []
    found = list(rules.differences(one, other))
    back = list(rules.differences(other, one))
    assert {(its.path, repr(its.before)) for its in found} == {(its.path, repr(its.after)) for its in back}


def test_a_key_is_turned_over_content_and_day() -> None:
    seen = {
        rules.fingerprint("page", "imprint", {"text": text}, day)
        for text in ("a", "b")
        for day in (None, date(2027, 1, 1))
    }
    assert len(seen) == 4
