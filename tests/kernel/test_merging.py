"""Two writers of one record, both kept: the three-way merge and the history behind it."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel.merging import (
    GONE,
    Conflict,
    Merged,
    Print,
    base_of,
    changes,
    joined,
    merge,
    order,
    settle,
    weigh,
)

NAMES = ["title", "summary", "line.a.text", "line.a.cents", "line.b.text", "line.b.cents"]
LINES = ("line.a", "line.b")


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A record with both fields, and each line whole or not at all."""
    found = {name: draw(st.integers(0, 3)) for name in ("title", "summary")}
    for line in LINES:
        if draw(st.booleans()):
            found |= {f"{line}.text": draw(st.integers(0, 3)), f"{line}.cents": draw(st.integers(0, 3))}
    return found


def disputed(conflicts: tuple[Conflict, ...]) -> set[str]:
    return {name for name in NAMES for c in conflicts if name == c.name or name.startswith(f"{c.name}.")}


def whole(name: str, values: dict[str, Any]) -> Any:
    """A field's value, or all cells of a line."""
    cells = {cell: value for cell, value in values.items() if cell.startswith(f"{name}.")}
    return values.get(name, cells or GONE)


class TestMerging:
    def test_six_fields_here_and_one_there_both_survive(self) -> None:
        base = dict.fromkeys("abcdefg", "")
        here = base | dict.fromkeys("abcdef", "typed")
        found = merge(base, here, base | {"g": "late"})
        assert found.values == here | {"g": "late"}
        assert found.taken == tuple("abcdef")
        assert not found.conflicts

    def test_a_field_that_both_changed_comes_back_with_both_texts(self) -> None:
        found = merge({"a": "was"}, {"a": "theirs"}, {"a": "mine"})
        assert found.conflicts == (Conflict("a", "theirs", "mine"),)
        assert found.values == {"a": "theirs"}
        assert not found.taken

    @pytest.mark.parametrize(
        ("theirs", "mine"), [({}, {"line.a.cents": 9}), ({"line.a.cents": 9}, {}), ({}, {"line.a.text": "x"})]
    )
    def test_deleting_against_editing_is_a_conflict(self, theirs: dict[str, Any], mine: dict[str, Any]) -> None:
        base = {"line.a.text": "Bahn", "line.a.cents": 5}
        sides = [base | edited if edited else GONE for edited in (theirs, mine)]
        found = merge(base, *({} if side is GONE else side for side in sides))
        assert found.conflicts == (Conflict("line.a", *sides),)
        assert found.values == ({} if sides[0] is GONE else sides[0])

    def test_two_columns_of_one_line_are_two_fields(self) -> None:
        base = {"line.a.text": "Bahn", "line.a.cents": 5}
        found = merge(base, base | {"line.a.cents": 6}, base | {"line.a.text": "Bus"})
        assert found.values == {"line.a.text": "Bus", "line.a.cents": 6}
        assert found.taken == ("line.a.cents",)

    def test_a_line_deleted_by_one_and_untouched_by_the_other_is_gone(self) -> None:
        base = {"title": "x", "line.a.text": "Bahn", "line.a.cents": 5}
        left = {"title": "x"}
        assert merge(base, base, left).values == merge(base, left, base).values == left
        assert merge(base, base, left).conflicts == merge(base, left, base).conflicts == ()

    def test_a_base_that_is_gone_is_a_conflict_wherever_something_differs(self) -> None:
        found = merge(None, {"a": 1, "b": 1, "line.a.text": "x"}, {"a": 1, "b": 2})
        assert found.conflicts == (Conflict("b", 1, 2), Conflict("line.a", {"line.a.text": "x"}, GONE))

    @given(records(), records(), records())
    def test_nobodys_change_is_overwritten_and_nothing_typed_is_lost(
        self, base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
    ) -> None:
        found = merge(base, theirs, mine)
        for name in NAMES:
            was, their, our = (values.get(name, GONE) for values in (base, theirs, mine))
            if name in disputed(found.conflicts):
                continue
            assert was in (their, our) or their == our  # a change of both is never decided by the machine
            assert found.values.get(name, GONE) == (our if was == their else their)
            assert (name in found.taken) == (found.values.get(name, GONE) != our)
        for conflict in found.conflicts:
            assert conflict.theirs != conflict.mine
            assert conflict.theirs == whole(conflict.name, theirs)  # both come back, whole
            assert conflict.mine == whole(conflict.name, mine)

    @given(records(), records())
    def test_with_nobody_else_a_merge_is_the_save(self, base: dict[str, Any], mine: dict[str, Any]) -> None:
        found = merge(base, base, mine)
        assert (found.values, found.taken, found.conflicts) == (mine, (), ())

    @given(records(), records(), records())
    def test_whoever_comes_second_the_outcome_is_the_same(
        self, base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
    ) -> None:
        one, other = merge(base, theirs, mine), merge(base, mine, theirs)
        assert {(c.name) for c in one.conflicts} == {(c.name) for c in other.conflicts}
        free = set(NAMES) - disputed(one.conflicts)
        assert all(one.values.get(name, GONE) == other.values.get(name, GONE) for name in free)

    @given(records(), records(), records())
    def test_no_line_comes_out_half(self, base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]) -> None:
        values = merge(base, theirs, mine).values
        assert all((f"{line}.text" in values) == (f"{line}.cents" in values) for line in LINES)

    @given(records(), records(), records())
    def test_a_print_does_what_its_value_does(
        self, base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
    ) -> None:
        assert merge({name: Print.of(value) for name, value in base.items()}, theirs, mine) == merge(base, theirs, mine)


class TestOrder:
    @pytest.mark.parametrize(
        ("mine", "theirs", "kept", "found"),
        [
            ("abc", "abc", "abc", "abc"),
            ("ba", "ab", "ab", "ba"),
            ("abc", "axbc", "axbc", "axbc"),
            ("cba", "xabc", "xcba", "xcba"),
            ("abd", "ab", "abd", "abd"),
            ("ab", "axy", "axyb", "axyb"),
            ("", "xy", "xy", "xy"),
        ],
    )
    def test_the_place_of_a_line_is_no_conflict(self, mine: str, theirs: str, kept: str, found: str) -> None:
        assert "".join(order(mine, theirs, kept)) == found


@dataclass
class Row:
    revision: int
    entries: dict[str, Any]


class TestHistory:
    @given(st.lists(st.tuples(records(), st.booleans(), st.sampled_from("pqr")), min_size=1, max_size=8), st.data())
    def test_every_page_finds_its_base_however_saves_were_joined(
        self, saves: list[tuple[dict[str, Any], bool, str]], data: st.DataObject
    ) -> None:
        """True: the same person within minutes, so that the row before takes this save in."""
        shown: list[dict[str, Any]] = [{}]
        rows: list[Row] = []
        own: list[dict[str, Any]] = [{}]  # by revision, what page p itself has changed by then
        for record, again, page in saves:
            new = changes(shown[-1], record, page)
            shown.append(record)
            own.append({name: entry.get("to", GONE) for name, entry in new.items()} if page == "p" else {})
            if again and rows:
                rows[-1] = Row(len(shown) - 1, joined(rows[-1].entries, rows[-1].revision, new))
            else:
                rows.append(Row(len(shown) - 1, new))
        revision = data.draw(st.integers(0, len(saves)))
        found = base_of(revision, shown[-1], [row for row in rows if row.revision > revision])
        expected = shown[revision]
        self._are_equal(found, expected)
        for its in own[revision + 1 :]:
            expected = expected | its
        later = [row for row in rows if row.revision > revision]
        self._are_equal(base_of(revision, shown[-1], later, "p"), expected)

    @staticmethod
    def _are_equal(found: dict[str, Any], expected: dict[str, Any]) -> None:
        for name in NAMES:
            was, expects = found.get(name, GONE), expected.get(name, GONE)
            assert was == (Print.of(expects) if isinstance(was, Print) else expects)

    def test_whoever_saves_from_one_page_twice_is_no_two_writers(self) -> None:
        first = Row(1, changes({"a": "", "b": ""}, {"a": "eins", "b": ""}, "here"))
        other = Row(2, changes({"a": "eins", "b": ""}, {"a": "eins", "b": "dort"}, "there"))
        now = {"a": "eins", "b": "dort"}
        both = {"seen": 0, "revision": 2, "theirs": now, "mine": {"a": "zwei", "b": ""}}
        assert weigh([first, other], page="here", **both) == Merged({"a": "zwei", "b": "dort"}, ("b",))
        assert weigh([first, other], page="elsewhere", **both).conflicts == (Conflict("a", "eins", "zwei"),)


class TestChoosing:
    CLASH = merge({"a": "was", "b": 1}, {"a": "dort", "b": 1, "line.k.text": "x"}, {"a": "hier", "b": 2})

    @pytest.mark.parametrize(
        ("choice", "stands"),
        [("mine", "hier"), ("theirs", "dort"), ("both", "dort\n\nhier"), (None, "dort"), ("?", "dort")],
    )
    def test_a_field_that_both_changed_is_as_somebody_chose(self, choice: str, stands: str) -> None:
        found = settle(self.CLASH, {"a": choice})
        assert found.values == {"a": stands, "b": 2, "line.k.text": "x"}
        assert bool(found.conflicts) == (choice not in {"mine", "theirs", "both"})

    @pytest.mark.parametrize("choice", ["mine", "theirs"])
    def test_a_line_deleted_here_and_edited_there(self, choice: str) -> None:
        line = {"line.k.text": "Bahn", "line.k.cents": 5}
        here, there = {}, line | {"line.k.cents": 6}
        assert settle(merge(line, there, here), {"line.k": choice}).values == (here if choice == "mine" else there)
        assert settle(merge(line, here, there), {"line.k": choice}).values == (there if choice == "mine" else here)
