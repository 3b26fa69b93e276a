"""T15, T16: the database itself refuses, whoever asks and by whatever way: raw SQL in the application's own role."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from .world import World

#: A proposal that no key has been turned for, with everything a decision would need.
DECIDE = """
    UPDATE act SET state = 'decided', closed_at = now() FROM proposal p WHERE p.id = :proposal AND act.id = p.act_id
"""
COMMIT = """
    WITH freed AS (DELETE FROM reservation r USING proposal p
                   WHERE p.id = :proposal AND r.act_id = p.act_id RETURNING r.*)
    INSERT INTO commitment (id, envelope_id, act_id, cents, kind, at)
    SELECT gen_random_uuid(), envelope_id, act_id, cents, 'award', now() FROM freed
"""
KEY = """
    INSERT INTO decision_key (id, proposal_id, kind, party, person_id, name, form, digest, turned_at)
    SELECT gen_random_uuid(), p.id, :kind, :party, q.id, q.name, q.address, {digest}, now()
    FROM proposal p, person q WHERE p.id = :proposal AND q.email = :who
"""


@pytest.fixture
def sql(world: World) -> Iterator[Connection]:
    with world.undone() as connection:
        yield connection


@pytest.fixture
def proposal(world: World) -> dict[str, object]:
    """Proposed by Toulouse, unsigned; Métropole pays a part."""
    return {"proposal": world.files["proposed T"].proposal}


def refused(sql: Connection, statement: str, because: str, **values: object) -> None:
    savepoint = sql.begin_nested()
    with pytest.raises(DBAPIError) as refusal:
        sql.execute(text(statement), values)
    savepoint.rollback()
    assert because in str(refusal.value)


def sign(sql: Connection, proposal: object, party: str, who: str, kind: str = "key", digest: str = "p.digest") -> None:
    values = {"proposal": proposal, "party": party, "who": who, "kind": kind}
    assert sql.execute(text(KEY.format(digest=digest)), values).rowcount == 1


def test_no_decision_without_keys(sql: Connection, proposal: dict[str, object]) -> None:
    refused(sql, DECIDE, "two keys", **proposal)


def test_no_decision_with_one_key(world: World, sql: Connection, proposal: dict[str, object]) -> None:
    sign(sql, proposal["proposal"], "duesseldorf", world.people["signatory D"])
    refused(sql, DECIDE, "two keys", **proposal)


def test_one_person_turns_one_key(world: World, sql: Connection, proposal: dict[str, object]) -> None:
    who = world.people["signatory D"]
    sign(sql, proposal["proposal"], "duesseldorf", who)
    again = {**proposal, "kind": "key", "who": who}
    refused(sql, KEY.format(digest="p.digest"), "uq_key_person", party="toulouse", **again)


def test_one_side_turns_one_key(world: World, sql: Connection, proposal: dict[str, object]) -> None:
    sign(sql, proposal["proposal"], "duesseldorf", world.people["signatory D"])
    other = {**proposal, "kind": "key", "who": world.people["office D"], "party": "duesseldorf"}
    refused(sql, KEY.format(digest="p.digest"), "uq_key_party", **other)


def test_nobody_signs_for_the_other_side(world: World, sql: Connection, proposal: dict[str, object]) -> None:
    sign(sql, proposal["proposal"], "duesseldorf", world.people["signatory D"])
    sign(sql, proposal["proposal"], "toulouse", world.people["finance D"])
    refused(sql, DECIDE, "two keys", **proposal)


def test_the_preparer_does_not_sign(world: World, sql: Connection, proposal: dict[str, object]) -> None:
    """T16: whoever wrote any version of it holds no key, whatever their roles."""
    preparer = sql.scalar(
        text("SELECT q.email FROM proposal p JOIN person q ON q.id = p.prepared_by WHERE p.id = :proposal"), proposal
    )
    assert preparer
    sign(sql, proposal["proposal"], "duesseldorf", world.people["signatory D"])
    sign(sql, proposal["proposal"], "toulouse", preparer)
    sign(sql, proposal["proposal"], "metropole", world.people["signatory M"], kind="consent")
    refused(sql, DECIDE, "two keys", **proposal)


def test_keys_for_something_else_decide_nothing(world: World, sql: Connection, proposal: dict[str, object]) -> None:
    sign(sql, proposal["proposal"], "duesseldorf", world.people["signatory D"])
    sign(sql, proposal["proposal"], "toulouse", world.people["signatory T"], digest="repeat('0', 64)")
    sign(sql, proposal["proposal"], "metropole", world.people["signatory M"], kind="consent")
    refused(sql, DECIDE, "two keys", **proposal)


def test_metropole_pays_nothing_unasked(world: World, sql: Connection, proposal: dict[str, object]) -> None:
    sign(sql, proposal["proposal"], "duesseldorf", world.people["signatory D"])
    sign(sql, proposal["proposal"], "toulouse", world.people["signatory T"])
    refused(sql, DECIDE, "not consented", **proposal)


def test_the_decision_is_the_proposal(world: World, sql: Connection, proposal: dict[str, object]) -> None:
    sign(sql, proposal["proposal"], "duesseldorf", world.people["signatory D"])
    sign(sql, proposal["proposal"], "toulouse", world.people["signatory T"])
    sign(sql, proposal["proposal"], "metropole", world.people["signatory M"], kind="consent")
    refused(sql, DECIDE.replace("SET", "SET kind = 'rejection',"), "not its proposal", **proposal)
    savepoint = sql.begin_nested()
    sql.execute(text("UPDATE share SET cents = cents + 1 WHERE proposal_id = :proposal"), proposal)
    refused(sql, DECIDE, "do not add up", **proposal)
    savepoint.rollback()
    refused(sql, DECIDE, "reserves no money", **proposal)
    savepoint = sql.begin_nested()
    sql.execute(text(COMMIT.replace("cents, 'award'", "cents + 1, 'award'")), proposal)
    refused(sql, DECIDE, "not the money that was signed", **proposal)
    savepoint.rollback()
    assert sql.execute(text(COMMIT), proposal).rowcount == 3
    assert sql.execute(text(DECIDE), proposal).rowcount == 1
    refused(sql, DECIDE, "as it ended", **proposal)


@pytest.mark.parametrize(
    ("statement", "because"),
    [
        ("UPDATE audit_entry SET actor_name = 'Nobody' WHERE seq = 1", "append-only"),
        ("DELETE FROM audit_entry WHERE seq = 1", "append-only"),
        ("TRUNCATE audit_entry", "append-only"),
        (
            "UPDATE assessment SET total = 110 FROM seat s WHERE s.id = assignment_id AND submitted_at IS NOT NULL",
            "final",
        ),
        ("DELETE FROM assessment USING seat s WHERE s.id = assignment_id AND s.submitted_at IS NOT NULL", "final"),
        ("UPDATE seat SET submitted_at = NULL WHERE submitted_at IS NOT NULL", "are final"),
        ("UPDATE seat SET conflict = 'none' WHERE conflict = 'declared'", "are final"),
        ("DELETE FROM seat WHERE conflict = 'declared'", "are final"),
        (
            "UPDATE score SET points = 10 FROM assessment a JOIN seat s ON s.id = a.assignment_id"
            " WHERE a.id = assessment_id AND s.submitted_at IS NOT NULL",
            "final",
        ),
        (
            "DELETE FROM score USING assessment a JOIN seat s ON s.id = a.assignment_id"
            " WHERE a.id = assessment_id AND s.submitted_at IS NOT NULL",
            "final",
        ),
        ("UPDATE letter SET facts = '{}'", "does not change"),
        ("UPDATE letter SET amount_cents = amount_cents + 1 WHERE kind = 'award'", "does not change"),
        ("UPDATE letter SET recipient_name = 'Somebody else'", "does not change"),
        ("UPDATE letter SET digest = repeat('0', 64) WHERE digest IS NOT NULL", "does not change"),
        ("DELETE FROM letter", "never deleted"),
        ("UPDATE letter_download SET person_name = 'Nobody'", "stays on record"),
        ("DELETE FROM letter_download", "stays on record"),
        ("UPDATE application_version SET title = 'x'", "as it was sent"),
        ("UPDATE application_version SET content = ''", "as it was sent"),
        ("UPDATE application_version SET purged_at = now(), content = '', title = 'x'", "as it was sent"),
        ("DELETE FROM application_version", "as it was sent"),
        ("UPDATE version_answer SET text = ''", "as it was sent"),
        ("UPDATE version_party SET name = 'x'", "as it was sent"),
        ("UPDATE budget_line SET cents = 1", "as it was sent"),
        ("DELETE FROM declaration", "as it was sent"),
        ("UPDATE act SET state = 'open', closed_at = NULL WHERE state = 'decided'", "as it ended"),
        ("UPDATE act SET kind = 'rejection' WHERE state = 'decided'", "as it ended"),
        ("UPDATE act SET number = number + 1 WHERE state = 'open'", "stays what it is"),
        ("DELETE FROM act", "never deleted"),
        (
            "INSERT INTO act (id, application_id, number, kind, state, opened_at, closed_at, return_reason)"
            " SELECT gen_random_uuid(), application_id, 9, kind, 'decided', now(), now(), '' FROM act",
            "begins open",
        ),
        ("UPDATE commitment SET cents = cents - 1", "append-only"),
        ("DELETE FROM commitment", "append-only"),
        ("UPDATE envelope SET committed_cents = 0 WHERE committed_cents > 0", "follow its ledger"),
        ("UPDATE envelope SET reserved_cents = 0 WHERE reserved_cents > 0", "follow its ledger"),
        ("UPDATE reservation SET cents = cents + 100000000000", "ck_envelope"),
        ("DELETE FROM decision_key", "never deleted"),
        (
            "UPDATE decision_key k SET digest = repeat('0', 64) FROM proposal p"
            " JOIN act a ON a.id = p.act_id WHERE p.id = k.proposal_id AND a.state = 'open'",
            "never changed",
        ),
        (
            "UPDATE proposal p SET award_cents = award_cents + 1 FROM act a"
            " WHERE a.id = p.act_id AND a.state <> 'open'",
            "as it ended",
        ),
        (
            "UPDATE share s SET cents = 0 FROM proposal p JOIN act a ON a.id = p.act_id"
            " WHERE p.id = s.proposal_id AND a.state <> 'open'",
            "as it ended",
        ),
        ("UPDATE proposal_version SET frozen = ''", "on record"),
        ("UPDATE body SET text = ''", "as it was written"),
        ("DELETE FROM body", "as it was written"),
        *(
            (f"TRUNCATE {table} CASCADE", "stays on record")
            for table in (
                *(
                    "application_version",
                    "version_answer",
                    "version_party",
                    "budget_line",
                    "declaration",
                    "assessment",
                    "score",
                    "proposal",
                    "proposal_version",
                    "share",
                    "decision_key",
                ),
                *("act", "commitment", "reservation", "body", "letter", "letter_download"),
            )
        ),
    ],
    ids=lambda value: value[:60],
)
def test_what_is_done_is_done(world: World, sql: Connection, statement: str, because: str) -> None:
    table = statement.removeprefix("DELETE FROM ").split()[0]
    if table == "letter_download" or "letter_download SET" in statement:
        letter = world.letters["D"]
        sql.execute(
            text(
                "INSERT INTO letter_download (id, letter_id, desk, person_id, person_name, digest, at)"
                " VALUES (gen_random_uuid(), :letter, 'finance', gen_random_uuid(), 'x', '', now())"
            ),
            {"letter": letter},
        )
    refused(sql, statement, because)
