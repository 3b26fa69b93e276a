"""The commands an administrator of the machine types: what they say, and with which status they end."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.audit import service as audit
from grantflow.audit.models import Entry
from grantflow.cli import main
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from tests.conftest import SECRET
from tests.given import Given

Typed = Callable[..., int]


@pytest.fixture
def typed(real: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Typed:
    """``grantflow ...`` on the database of ``real``; its exit status."""
    settings = real.extensions["settings"]
    for name, value in {
        "GRANTFLOW_ENV": "production",
        "GRANTFLOW_DATABASE_URL": settings.database_url,
        "GRANTFLOW_SECRET_KEY": SECRET,
        "GRANTFLOW_SMTP_URL": "smtp://127.0.0.1:1",
        "GRANTFLOW_ORIGIN": "https://fund.example",
        "GRANTFLOW_DATA_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> int:
        mask = os.umask(0o022)
        try:
            main(words)
        except SystemExit as ended:
            return int(ended.code or 0)
        finally:
            os.umask(mask)
        return 0

    return run


def test_the_chain_is_verified_from_the_command_line(
    real: Flask, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    """T47: a sound trail is status 0 with its head; a changed entry is status 1, one line, and where."""
    with real.app_context():
        for name in "abc":
            audit.record("signed_in", on=("person", name), by=SYSTEM)
        db.session.commit()
        head = db.session.scalars(select(Entry.hash).order_by(Entry.seq.desc())).first()
    assert typed("audit", "verify") == 0
    assert f"3 entries, head {head}" in capsys.readouterr().out

    with real.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit_entry SET subject_id = 'x' WHERE seq = 2"))
    assert typed("audit", "verify") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "grantflow: The trail is broken at entry 2; 1 before it hold."


def test_the_first_administrator_is_invited_by_the_command_and_committed(real: Flask, typed: Typed) -> None:
    """T10: a command acts as the system, by name, and what it did is on the trail."""
    words = ("--email", "ada@toulouse.example", "--given-name", "Ada", "--family-name", "Admin", "--party", "toulouse")
    assert typed("admin", "create", *words) == 0
    with real.app_context():
        person = db.session.scalars(select(Person).where(Person.email == "ada@toulouse.example")).unique().one()
        assert (person.party, person.roles, person.language) == (Party.TOULOUSE, {Role.ADMINISTRATOR}, "fr")
        assert db.session.scalars(select(Message.kind).where(Message.person_id == person.id)).all() == [
            "staff_invitation"
        ]
        entry = db.session.scalars(select(Entry).where(Entry.action == "invited")).one()
        assert (entry.actor_id, entry.actor_name, entry.subject_id) == (SYSTEM.id, SYSTEM.name, str(person.id))
        assert SYSTEM.name


def test_a_command_that_is_refused_says_so_in_a_line(typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--email", "ada@toulouse.example", "--given-name", "Ada", "--family-name", "Admin", "--party", "toulouse")
    assert typed("admin", "create", *words) == 0
    elsewhere = (*words[:-1], "duesseldorf")
    assert typed("admin", "create", *elsewhere) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "grantflow: There is an account with this address already."


def test_a_second_administrator_is_made_on_the_server_for_a_reason_only(
    real: Flask, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    Given(real).staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    words = ("--email", "ada@toulouse.example", "--given-name", "Ada", "--family-name", "Admin", "--party", "toulouse")
    assert typed("admin", "create", *words) == 1
    assert "--reason" in capsys.readouterr().err
    assert typed("admin", "create", *words, "--reason", "She has left.") == 0
    with real.app_context():
        assert db.session.scalars(select(Entry.reason).where(Entry.action == "administrator_made")).all() == [
            "She has left."
        ]


def test_settings_that_are_missing_are_told_before_anything_is_touched(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GRANTFLOW_SECRET_KEY", "GRANTFLOW_SMTP_URL"):
        monkeypatch.delenv(name)
    assert typed("audit", "verify") == 1
    named = {line.split()[1] for line in capsys.readouterr().err.splitlines()}
    assert named == {"GRANTFLOW_SECRET_KEY", "GRANTFLOW_SMTP_URL"}


def test_what_the_command_is_given_comes_in_its_canonical_form(
    real: Flask, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = ("--email", "\u200bADA@verein-ko\u0308ln.de", "--given-name", " A\u00adda", "--party", "toulouse")
    for name in ("\u2800", "Admin →"):
        assert typed("admin", "create", *rest, "--family-name", name) == 2
        assert "--family-name" in capsys.readouterr().err
    assert typed("admin", "create", *rest, "--family-name", " Admin\vAdm\u00adin ") == 0
    with real.app_context():
        person = db.session.scalars(select(Person)).unique().one()
        assert (person.name, person.email) == ("Ada Admin Admin", "ADA@verein-köln.de")
        assert person.email_key == "ada@xn--verein-kln-lcb.de"


def test_nobody_is_invited_under_what_is_no_address(
    real: Flask, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        typed(
            "admin",
            "create",
            "--email",
            "ada at home",
            "--given-name",
            "Ada",
            "--family-name",
            "Admin",
            "--party",
            "toulouse",
        )
        == 2
    )
    assert "--email" in capsys.readouterr().err
    with real.app_context():
        assert db.session.scalars(select(Person)).first() is None


def test_organisations_that_were_entered_twice_are_named_and_merged(
    real: Flask, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    given = Given(real)
    first = given.organisation(name="Chor Unterbilk")
    second = given.organisation(name="Chor Unterbilk e. V.", register_number=first.register_number)
    assert typed("organisations", "duplicates") == 0
    assert f"{first.id} {second.id} Chor Unterbilk / Chor Unterbilk e. V." in capsys.readouterr().out
    assert typed("organisations", "merge", str(first.id), str(second.id)) == 0
    assert typed("organisations", "merge", str(first.id), str(second.id)) == 1
    assert typed("organisations", "duplicates") == 0
    assert "0 pairs" in capsys.readouterr().out


def test_a_closed_file_is_erased_by_the_command_and_no_other(
    real: Flask, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    given = Given(real)
    closed = given.application(State.INADMISSIBLE, title="Geheimnis").number
    living = given.application(State.SUBMITTED, title="Geheimnis").number
    assert typed("files", "purge", "--yes", "DT-99-9-999") == 1
    assert typed("files", "purge", "--yes", str(living)) == 1
    assert typed("files", "purge", "--yes", str(closed)) == 0
    assert f"The texts of {closed} are erased" in capsys.readouterr().out
    with real.app_context():
        titles = select(Application.number, Application.title).where(Application.number.in_([closed, living]))
        assert {tuple(row) for row in db.session.execute(titles)} == {(closed, closed), (living, "Geheimnis")}
