"""Broken fund files: the starting file, broken in one way each. Every mistake is named at its line and column."""

import pytest
from flask import Flask

from grantflow.fundfile import service, texts
from grantflow.platform import locale

from .starting import BARE

#: Where a mistake is expected, in what is put in.
HERE = "¦"

#: What stands in the good file, what stands there instead, and the flaws, in the order of their places.
BROKEN: dict[str, tuple[str, str, list[str]]] = {
    "an entry that is not known": (
        "register_prefix: D\n",
        "register_prefix: D\n    ¦telefax: none\n",
        ["extra_forbidden"],
    ),
    "a name that is misspelt": (
        "  toulouse:\n    name:",
        "  ¦toulouse:\n    ¦nmae:",
        ["missing", "extra_forbidden"],
    ),
    "a language left out": (
        "name:\n      de: Toulouse Métropole\n      fr: Toulouse Métropole",
        "¦name:\n      de: Toulouse Métropole",
        ["missing"],
    ),
    "a text that is empty": ("de: Toulouse Métropole", "de: ¦''", ["string_too_short"]),
    "a text that is not there": ("de: Toulouse Métropole", "¦de:", ["string_type"]),
    "a title that is too long": ("authority: Le Maire", f"authority: ¦{'Le Maire ' * 23}", ["string_too_long"]),
    "a letter that cannot be printed": ("authority: Le Maire", "authority: ¦Le Maire 😀", ["unprintable"]),
    "entries where a text belongs": ("authority: Le Maire", "authority:\n      ¦de: Le Maire", ["string_type"]),
    "a text where entries belong": (
        "name:\n      de: Ville de Toulouse\n      fr: Ville de Toulouse",
        "name: ¦Ville de Toulouse",
        ["model_type"],
    ),
    "a funder of another city": ("  metropole:\n    name:", "  ¦reims:\n    name:", ["enum"]),
    "an address of e-mail without its host": ("fonds@toulouse.example", "¦fonds@", ["email"]),
    "a telephone number in words": ("phone: +33 5 61 00 00 00", "phone: ¦Durchwahl", ["phone"]),
    "a postal code of four digits": ("postal_code: '31500'", "postal_code: ¦'3150'", ["postal_code"]),
    "a prefix of small letters": ("register_prefix: T", "register_prefix: ¦t", ["register_prefix"]),
    "a prefix that another funder has": ("register_prefix: T", "register_prefix: ¦D", ["register_prefix_taken"]),
    "a day that no calendar has": ("signed_on: 2021-01-22", "signed_on: ¦2021-02-30", ["day"]),
    "a day as people write it": ("signed_on: 2021-01-22", "signed_on: ¦22.01.2021", ["day"]),
    "a minute with a zone": ("opens_at: 2027-02-01 00:00", "opens_at: ¦2027-02-01 00:00+01:00", ["minute"]),
    "an agreement that ends before it begins": (
        "valid_to: 2027-01-21",
        "valid_to: ¦2020-01-21",
        ["ends_before_it_begins"],
    ),
    "agreements that overlap": ("valid_from: 2027-01-22", "valid_from: ¦2027-01-20", ["agreements_overlap"]),
    "a call that closes before it opens": (
        "closes_at: 2027-10-31 23:59",
        "closes_at: ¦2027-01-31 23:59",
        ["closes_before_opening", "closing_outside_call"],
    ),
    "a call beyond its agreement": ("closes_at: 2027-10-31", "closes_at: ¦2033-10-31", ["outside_agreement"]),
    "an agreement that is not there": ("agreement: '2027'", "agreement: ¦'2026'", ["agreement_unknown"]),
    "a share of more than everything": ("share: 70", "share: ¦101", ["less_than_equal"]),
    "an amount with three digits": ("up_to: 5000", "up_to: ¦5000.005", ["too_many_digits"]),
    "an amount with its currency": ("up_to: 5000", "up_to: ¦5000 EUR", ["decimal_parsing"]),
    "an amount as people write it": ("kilometre: 0.30", "kilometre: ¦0,30", ["decimal_parsing"]),
    "half a day": ("return_days: 14", "return_days: ¦14.5", ["int_parsing"]),
    "too few days": ("return_days: 14", "return_days: ¦0", ["greater_than_equal"]),
    "perhaps": ("is_assumed: true", "is_assumed: ¦perhaps", ["bool_parsing"]),
    "a gap between categories": ("number: 3", "number: ¦5", ["category_number"]),
    "categories that overlap": ("up_to: 10000", "up_to: ¦4000", ["category_limit_not_rising"]),
    "no end of the amounts": (
        "number: 4\n        share: 70",
        "number: 4\n        up_to: ¦90000\n        share: 70",
        ["last_category_has_limit"],
    ),
    "a criterion that is not there": (
        "informs: [relevance, learning]",
        "informs: ¦[relevance, learning, courage]",
        ["criterion_unknown"],
    ),
    "a criterion that no question informs": (
        "informs: [diversity]",
        "informs: [equality]",
        ["criterion_without_question"],
    ),
    "two criteria of one name": ("- code: impact\n", "- code: ¦accessibility\n", ["code_twice", "criterion_unknown"]),
    "a name with capital letters": ("- code: rib", "- code: ¦RIB", ["code"]),
    "a kind of organisation that does not exist": ("kinds: [group]", "kinds: [¦club]", ["enum"]),
    "a step that does not exist": ("step: people", "step: ¦money", ["enum"]),
    "an envelope twice": ("- party: metropole", "- party: ¦toulouse", ["envelope_twice"]),
    "no envelope at all": ("    envelopes:", "    envelopes: ¦[]\n    ¦unused:", ["too_short", "extra_forbidden"]),
    "a code of another form": ("  27-1:", "  ¦2027/1:", ["call_code"]),
    "a format of tomorrow": ("schema_version: 1", "schema_version: ¦2", ["less_than_equal"]),
    "a name a second time": ("register_prefix: M", "register_prefix: M\n    ¦register_prefix: X", ["name_twice"]),
    "a tab": ("    authority: Le Maire", "¦\tauthority: Le Maire", ["tab"]),
    "a colon too many": ("authority: Le Maire", "authority: Le Maire¦: Toulouse", ["colon"]),
    "a quotation mark too few": ("interpreter: 65", "interpreter: ¦'65", ["quote"]),
    "an alias": ("authority: Le Maire", "authority: ¦¦*maire", ["anchor", "string_type"]),
    "a tag": ("authority: Le Maire", "authority: ¦!!str Le Maire", ["tag"]),
}
#: Told in another place, or there as well.
ELSEWHERE = {
    "a call that closes before it opens": ("closings:\n          - ", "closings:\n          ¦- "),
    "two criteria of one name": ("informs: [impact]", "informs: ¦[impact]"),
    "a criterion that no question informs": ("- code: diversity\n", "- code: ¦diversity\n"),
}


def broken(name: str) -> str:
    """The file with the marks of where its mistakes are expected."""
    text = BARE
    for before, after in filter(None, (BROKEN[name][:2], ELSEWHERE.get(name))):
        assert before in text
        text = text.replace(before, after, 1)
    return text


def places(marked: str) -> list[tuple[int, int]]:
    """Line and column of every mark."""
    found = []
    for number, line in enumerate(marked.split("\n"), 1):
        parts = line.split(HERE)
        found += [(number, len("".join(parts[:count])) + 1) for count in range(1, len(parts))]
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_every_mistake_has_its_place_and_its_reason(empty: Flask, name: str) -> None:
    marked = broken(name)
    document, found = service.check(marked.replace(HERE, "").encode())
    assert document is None
    assert [its.flaw.key.removeprefix("flaw.") for its in found] == BROKEN[name][2]
    assert [(its.place.line, its.place.column) for its in found] == places(marked)
    for language in ("en", "de", "fr"):
        with locale.use(language):
            assert all(texts.reason(its.flaw) for its in found)


def test_the_starting_file_has_none(empty: Flask) -> None:
    assert service.check(BARE.encode())[1] == []
