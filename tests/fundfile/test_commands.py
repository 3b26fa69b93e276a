"""The commands: what they say, and their status."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from grantflow.accounts.models import Person
from grantflow.cli import fund
from grantflow.demo import opening
from grantflow.fundfile import service
from grantflow.platform.db import db
from grantflow.releases import queries

from .starting import BARE, START

Run = Callable[..., Result]


@pytest.fixture(name="run")
def run_a_command(empty: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    @contextmanager
    def here() -> Iterator[Flask]:
        yield empty
        db.session.commit()

    monkeypatch.setattr(fund, "application", here)
    db.session.commit()
    return lambda *words, says="": CliRunner().invoke(fund.fund, words, input=says)


def test_one_value_from_export_to_draft(run: Run, people: list[Person], tmp_path: Path) -> None:
    document, _ = service.check(BARE.encode())
    assert document
    opening.release(document, people)
    db.session.commit()
    file = tmp_path / "fund.yaml"
    assert run("export", str(file)).exit_code == 0
    file.write_text(file.read_text(encoding="utf-8").replace("limit: 36000", "limit: 38000.50"), encoding="utf-8")
    assert run("check", str(file)).output == "No mistakes.\n"

    refused = run("import", str(file), says="n\n")
    assert (refused.exit_code, queries.draft_of("call", "27-1")) == (1, None)
    told = run("import", str(file), says="y\n").output
    assert "  envelopes.toulouse.limit: 36000 -> 38000.5\n" in told
    assert told.count(" -> ") == 1
    assert told.endswith("call 27-1: drafted. Needed now: Signatory, Düsseldorf; Signatory, Toulouse\n")
    again = run("import", str(file), "--yes").output
    assert "call 27-1: unchanged, drafted already\n" in again
    assert again.endswith("Nothing to import.\n")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "It must be at most 100."),
        ("de", "Der Wert darf höchstens 100 betragen."),
        ("fr", "La valeur ne peut dépasser 100."),
    ],
)
def test_a_mistake_is_told_at_its_line(run: Run, tmp_path: Path, language: str, says: str) -> None:
    file = tmp_path / "fund.yaml"
    file.write_text(BARE.replace("share: 70", "share: 101"), encoding="utf-8")
    line = BARE[: BARE.index("share: 70")].count("\n") + 1
    told = run("check", str(file), "--language", language)
    assert told.exit_code == 1
    assert told.output.splitlines()[0] == f"{file}:{line}:16: calls.27-1.categories.4.share: {says}"
    assert "1 mistake." in told.output
    imported = run("import", str(file), "--yes")
    assert (imported.exit_code, queries.draft_of("call", "27-1")) == (1, None)


def test_the_starting_file_is_handed_out(run: Run) -> None:
    assert run("start").output == START
