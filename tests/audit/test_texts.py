"""Words of the trail."""

from itertools import product

import pytest
from flask import Flask

from grantflow.accounts.states import FactorKind, Means
from grantflow.audit import texts
from grantflow.dashboard.texts import reason
from grantflow.kernel.parties import Party
from grantflow.platform import locale
from grantflow.releases.kinds import KINDS


@pytest.mark.parametrize("language", ["de", "fr"])
def test_no_key_of_ours_stands_raw_in_the_trail(shared_app: Flask, language: str) -> None:
    with shared_app.test_request_context(), locale.use(language):
        for kind in KINDS.values():
            for key in kind.keys or ("2027",):
                said = texts.subject("edition", f"{kind.name} {key}").split()
                assert not {kind.name, key} - {"2027"} & set(said)
        for name, value in [*product(["means"], Means), *product(["kind"], FactorKind), *product(["funder"], Party)]:
            [(_, _, said, _)] = texts.details({}, {name: value.value})
            assert said != value
        facts = texts.details({}, {"limit_cents": 6_000_000, "meets_on": "2027-01-05", "papers_by": "2026-12-15"})
        assert [said for _, _, said, _ in facts] == [
            locale.money(6_000_000),
            *("05.01.2027 15.12.2026" if language == "de" else "05/01/2027 15/12/2026").split(),
        ]
        assert texts.subject("sitting", "duesseldorf 2027-01-05").startswith("Düsseldorf 05")


def test_an_edition_that_is_late_is_said_in_words(shared_app: Flask) -> None:
    with shared_app.test_request_context(), locale.use("de"):
        assert reason("not in force on its day: law duesseldorf") != reason("what nobody expects")
