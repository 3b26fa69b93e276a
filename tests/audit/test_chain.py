"""T47: the trail holds under load, and whatever is done to it behind its back shows."""

import ast
import json
import threading
from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from grantflow.accounts.models import ProposalState
from grantflow.applications.states import Action, Declared
from grantflow.audit import rules, service, texts
from grantflow.audit.models import Entry
from grantflow.config import ROOT
from grantflow.kernel import clock
from grantflow.kernel.parties import SYSTEM
from grantflow.platform import jobs, locale
from grantflow.platform.db import db


def note(app: Flask, *names: str, **facts: Any) -> None:
    with app.app_context():
        for name in names:
            service.record("signed_in", on=("person", name), by=SYSTEM, **facts)
        db.session.commit()


def verdict(app: Flask) -> rules.Verdict:
    with app.app_context():
        return service.verify()


def subjects(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Entry.subject_id).order_by(Entry.seq)))


def test_an_empty_chain_holds(real: Flask) -> None:
    assert verdict(real) == rules.Verdict(0, rules.GENESIS, None)


def test_thirty_two_writers_at_once(real: Flask) -> None:
    """H30: the chain neither forks nor breaks under load."""
    barrier = threading.Barrier(32)

    def write(n: int) -> None:
        with real.app_context():
            barrier.wait()
            for k in range(3):
                for part in "ab":
                    facts = {"n": n, "größe": "µ – é", "nested": {"z": [1, None, True, 1.5], "a": ""}}
                    service.record("signed_in", on=("person", f"{n}-{k}{part}"), by=SYSTEM, after=facts, reason="Ä\n")
                db.session.commit()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = verdict(real)
    assert (found.entries, found.broken_at) == (192, None)
    with real.app_context():
        assert list(db.session.scalars(select(Entry.seq).order_by(Entry.seq))) == list(range(1, 193))
    noted = subjects(real)
    assert all(noted[i][:-1] == noted[i + 1][:-1] for i in range(0, 192, 2))  # a transaction's entries stay together


def behind_its_back(app: Flask, statement: str) -> None:
    """As a superuser who switches the triggers off."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        connection.execute(text(statement))
        connection.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER ALL"))


CHANGES = {
    "seq": "seq = 30",
    "at": "at = at + interval '1 microsecond'",
    "action": "action = 'signed_out'",
    "actor_id": "actor_id = gen_random_uuid()",
    "actor_name": "actor_name = 'somebody else'",
    "actor_party": "actor_party = 'toulouse'",
    "actor_language": "actor_language = 'x'",
    "subject_type": "subject_type = 'letter'",
    "subject_id": "subject_id = 'x'",
    "subject_label": "subject_label = 'x'",
    "subject_language": "subject_language = 'x'",
    "before": "before = '{}'",
    "after": "after = jsonb_set(after, '{state}', '\"awarded\"')",
    "reason": "reason = reason || ' '",
    "request_id": "request_id = 'x'",
    "prev": "prev = repeat('f', 64)",
    "hash": "hash = repeat('f', 64)",
}


def test_every_column_is_under_watch() -> None:
    assert set(CHANGES) == set(Entry.__table__.columns.keys())


@pytest.mark.parametrize("column", CHANGES)
def test_any_changed_column_shows(real: Flask, column: str) -> None:
    note(real, *"abcdef", after={"state": "draft"})
    behind_its_back(real, f"UPDATE audit_entry SET {CHANGES[column]} WHERE seq = 3")  # noqa: S608 - from the table above
    assert verdict(real).broken_at == 3


@pytest.mark.parametrize("seq", [1, 3])
def test_a_missing_entry_shows(real: Flask, seq: int) -> None:
    note(real, *"abcdef")
    behind_its_back(real, f"DELETE FROM audit_entry WHERE seq = {seq}")  # noqa: S608 - a number of ours
    assert verdict(real).broken_at == seq


def test_a_missing_entry_shows_though_the_rest_was_renumbered(real: Flask) -> None:
    note(real, *"abcdef")
    behind_its_back(real, "DELETE FROM audit_entry WHERE seq = 3")
    behind_its_back(real, "UPDATE audit_entry SET seq = seq - 1 WHERE seq > 3")
    assert verdict(real).broken_at == 3


def test_a_cut_off_tail_is_found_by_the_anchor(real: Flask) -> None:
    note(real, *"abcdef")
    with real.app_context():
        assert service.anchor().broken_at is None
    behind_its_back(real, "DELETE FROM audit_entry WHERE seq > 4")
    assert verdict(real).broken_at == 5
    note(real, "new", "newer", "newest")  # grown over since: the anchored hash is another
    assert verdict(real).broken_at == 6
    with real.app_context():
        anchored = json.loads((service.settings().data_dir / "audit-anchor.json").read_text())
        assert service.anchor().broken_at == 6
        assert json.loads((service.settings().data_dir / "audit-anchor.json").read_text()) == anchored


def test_a_chain_made_anew_is_found_by_the_anchor(real: Flask) -> None:
    note(real, *"abc")
    with real.app_context():
        service.anchor()
    behind_its_back(real, "DELETE FROM audit_entry")
    note(real, *"xyzw")
    assert verdict(real).broken_at == 3


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET reason = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_the_database_refuses_changes(real: Flask, statement: str) -> None:
    note(real, "a")
    with real.app_context(), pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))


def test_a_rolled_back_savepoint_takes_its_entries_along(real: Flask) -> None:
    with real.app_context():
        service.record("signed_in", on=("person", "kept"), by=SYSTEM)
        savepoint = db.session.begin_nested()
        service.record("signed_in", on=("person", "dropped"), by=SYSTEM)
        inner = db.session.begin_nested()
        service.record("signed_in", on=("person", "dropped, too"), by=SYSTEM)
        inner.commit()
        savepoint.rollback()
        with db.session.begin_nested():
            service.record("signed_in", on=("person", "kept, too"), by=SYSTEM)
        db.session.commit()
    assert subjects(real) == ["kept", "kept, too"]
    assert verdict(real).broken_at is None


def test_a_rolled_back_transaction_leaves_nothing_for_the_next(real: Flask) -> None:
    with real.app_context():
        service.record("signed_in", on=("person", "dropped"), by=SYSTEM)
        db.session.rollback()
        service.record("signed_in", on=("person", "kept"), by=SYSTEM)
        db.session.commit()
    assert subjects(real) == ["kept"]


def test_a_refusal_is_noted_though_the_request_rolls_back(real: Flask) -> None:
    with real.app_context():
        service.record("signed_in", on=("person", "rolled back"), by=SYSTEM)
        service.record_apart("sign_in_denied", on=("person", "stays"), by=SYSTEM, reason="password")
        db.session.rollback()
    assert subjects(real) == ["stays"]


def test_the_chain_is_walked_every_night(real: Flask) -> None:
    """T47: as periodic work; a walk that was missed shows in the state of the house."""
    assert jobs.JOBS["audit.watch"].period == jobs.Daily(time(3, 30))
    with real.app_context():
        service.watch()
        assert service.CHECKS["audit_chain"]().well
        with clock.frozen(clock.now() + timedelta(days=3)):
            assert not service.CHECKS["audit_chain"]().well


# --- words -----------------------------------------------------------------------------------------


def recorded_actions() -> set[str]:
    """Every action that any feature records, as far as it stands in the source."""
    found = set()
    for path in (ROOT / "grantflow").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") in {"record", "record_apart"}
                and node.args
            ):
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        found.add(part.value)
    composed = {f"application_{action}" for action in Action}
    # A role's proposal is recorded as "role_proposed" while it waits, then as what became of it.
    composed |= {f"role_{state}" for state in ProposalState if state is not ProposalState.WAITING}
    return found - {"application_", "role_"} | composed


def test_every_deed_has_words() -> None:
    assert recorded_actions() - set(texts.ACTIONS) == set()


def test_every_declaration_has_a_word(app: Flask) -> None:
    with app.test_request_context(), locale.use("fr"):
        for code in Declared:
            [(label, was, now, _)] = texts.details({"declarations": []}, {"declarations": [code]})
            assert (label, was) == ("Déclarations", "–")
            assert now != code


def test_no_words_for_deeds_that_nobody_does() -> None:
    assert set(texts.ACTIONS) - recorded_actions() == set()
