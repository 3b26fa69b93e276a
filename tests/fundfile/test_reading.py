"""The file as text: what stands where, and what of YAML is refused."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from grantflow.calls.documents import FundDocument
from grantflow.fundfile import rules, texts
from grantflow.fundfile.rules import Place
from grantflow.releases import rules as releases
from grantflow.releases.texts import FLAWS

from .starting import BARE, START


def flaws(data: str | bytes) -> list[tuple[str, int, int]]:
    _, _, found = rules.check(data.encode() if isinstance(data, str) else data)
    return [(its.flaw.key.removeprefix("flaw."), its.place.line, its.place.column) for its in found]


def test_a_value_is_its_text() -> None:
    source = rules.read(b"a: 0.10\nb:\n  - no\n  - '40213'\nc:\nd: >-\n  one\n  two\n")
    assert source.values == {"a": "0.10", "b": ["no", "40213"], "c": None, "d": "one two"}
    assert source.place(("b", 1)) == Place(4, 5)
    assert source.place(("b", 1, "x")) == Place(4, 5)
    assert source.place(("c",)) == Place(5, 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("empty_file", 1, 1)]),
        ("# nothing\n", [("empty_file", 1, 1)]),
        (b"schema_version: 1\npages: \xff\n", [("not_utf8", 2, 1)]),
        (b" " * (rules.LARGEST + 1), [("file_too_large", 1, 1)]),
        ("schema_version: 1\nx\x07: 1\n", [("control_character", 2, 2)]),
        ("a:\n\tb: 1\n  \tc: 2\n", [("tab", 2, 1), ("tab", 3, 1)]),
        ("schema_version: 1\n---\nx: 1\n", [("second_document", 2, 1)]),
        ("schema_version: &x 1\n", [("anchor", 1, 17)]),
        ("schema_version: 1\npages: *x\n", [("anchor", 2, 8), ("dict_type", 2, 8)]),
        ("schema_version: !!int 1\n", [("tag", 1, 17)]),
        ("schema_version: 1\nschema_version: 2\n", [("name_twice", 2, 1)]),
        ("schema_version: 1\n[x]: {a: 1}\n", [("name", 2, 1)]),
        ("schema_version: 1\nx: " + "[" * 30 + "]" * 30, [("too_deep", 2, 24), ("extra_forbidden", 2, 1)]),
        ("a: b: c\n", [("colon", 1, 5)]),
        ("a: 'x\n", [("quote", 1, 4)]),
        ("a: [1, 2\n", [("bracket", 1, 4)]),
        ("a: @x\n", [("sign", 1, 4)]),
        ("- a\nb: 1\n", [("unreadable", 2, 1)]),
        ("- a\n", [("model_type", 1, 1)]),
    ],
)
def test_what_cannot_be_read_is_named(text: str | bytes, found: list[tuple[str, int, int]]) -> None:
    told = flaws(text)
    assert sorted(told) == sorted(found)
    assert all(f"flaw.{key}" in FLAWS | texts.MESSAGES for key, *_ in told)


def test_the_starting_file_has_the_layout_of_an_export() -> None:
    document, _, found = rules.check(START.encode())
    assert found == []
    assert document is not None
    assert rules.write(document) == BARE
    assert START.count("# to be confirmed") > 50


words = st.text(st.characters(codec="utf-8") | st.sampled_from(" \n:#-'\"&*!{}[]|>%@,?"), min_size=1, max_size=200)


@settings(max_examples=100)
@example("Ein Absatz.\n\nNoch einer.", "- code: x\n\n- code: y")
@given(words, words)
def test_whatever_a_text_says_comes_back(german: str, french: str) -> None:
    try:
        document = FundDocument.model_validate(
            {"schema_version": 1, "pages": {"privacy": {"text": {"de": german, "fr": french}}}}
        )
    except ValidationError:
        return
    text = rules.write(document)
    again, _, found = rules.check(text.encode())
    assert (again, found) == (document, [])
    assert rules.write(document) == text


garbage = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["1e999", "-5"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=3,
)


@settings(max_examples=300)
@given(st.data())
def test_every_refusal_of_a_type_has_words(data: st.DataObject) -> None:
    """Anything anywhere: pydantic's own words reach nobody."""
    source = rules.read(START.encode())
    path = data.draw(st.sampled_from(sorted(source.names, key=str)))
    inner = source.values
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = data.draw(garbage)
    with suppress(ValidationError):
        FundDocument.model_validate(source.values)
        return
    with pytest.raises(ValidationError) as refused:
        FundDocument.model_validate(source.values)
    assert {flaw.key for flaw in releases.refused(refused.value)} <= set(FLAWS)
