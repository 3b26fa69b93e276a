"""T47: who wrote anything left a line on the trail, and so did whoever fetched a letter."""

import io
import zipfile

import pytest
from sqlalchemy import Connection, text

from .crawl import Pages
from .sending import forms, pairs
from .world import World

#: Forms that write and leave no line, and why.
SILENT = {
    "/register": "an address that is taken is told to its owner by mail, and to nobody else",
    "/reset": "as register, where nobody has this address",
    "/applications/ID/project": "a draft is its authors' own until it is sent, and then frozen whole",
    "/applications/ID/partner": "as project",
    "/applications/ID/people": "as project",
    "/applications/ID/dates": "as project",
    "/applications/ID/budget": "as project",
    "/review/ID": "a draft review is its author's own until it is submitted",
}


@pytest.fixture(autouse=True)
def any_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked here is not whether a password is right."""
    monkeypatch.setattr("grantflow.platform.passwords.matches", lambda stored, typed: stored is not None)


def entries(connection: Connection, action: str = "%") -> int:
    found = connection.scalar(text("SELECT count(*) FROM audit_entry WHERE action LIKE :action"), {"action": action})
    return int(found or 0)


def unwritten(world: World, connection: Connection) -> dict[str, str]:
    return world.digest(connection, "audit_entry", "attempts", "sign_in", "heartbeat")


def test_whoever_writes_is_on_the_trail(world: World, crawled: dict[str, Pages]) -> None:
    """Every form of every page, sent as its reader would: what changed a row left an entry in the same transaction."""
    mute, heard = set(), set()
    with world.undone() as connection:
        for form in forms(world, crawled):
            savepoint = connection.begin_nested()
            before, lines = unwritten(world, connection), entries(connection)
            reply = world.client(form.email).post(form.action, data=pairs(form.values))
            if reply.status_code in {302, 303} and unwritten(world, connection) != before:
                (heard if entries(connection) > lines else mute).add(form.kind)
            savepoint.rollback()
    assert mute <= SILENT.keys(), mute - SILENT.keys()
    assert len(heard) > 12, heard


def test_every_download_is_on_the_trail(world: World) -> None:
    """The desk's single file, its archive, the applicant's own: one entry for each letter, with who and which."""
    file = world.files["awarded T"]
    with world.undone() as connection:
        single = world.client(world.people["finance D"]).get(f"/finance/letters/{file.letters['D']}.pdf")
        own = world.client(file.contact).get(f"/applications/{file.id}/letters/{file.letters['T']}")
        assert (single.status_code, own.status_code) == (200, 200)
        assert entries(connection, "letter_downloaded") == 2
        zipped = world.client(world.people["finance M"]).post("/finance/letters/archive", data={"all": "1"})
        packed = len(zipfile.ZipFile(io.BytesIO(zipped.get_data())).namelist()) - 1  # beside the index
        assert packed > 1
        assert entries(connection, "letter_downloaded") == 2 + packed
        told = connection.execute(
            text(
                "SELECT e.actor_id, e.subject_id, e.after->>'desk' AS desk, e.after->>'digest' = l.digest AS same"
                " FROM audit_entry e JOIN letter l ON l.id::text = e.subject_id"
                " WHERE e.action = 'letter_downloaded' ORDER BY e.seq LIMIT 2"
            )
        ).all()
    assert [(row.actor_id, row.subject_id, row.same) for row in told] == [
        (world.ids[world.people["finance D"]], str(file.letters["D"]), True),
        (world.ids[file.contact], str(file.letters["T"]), True),
    ]
    assert told[0].desk != told[1].desk


def test_a_refused_download_is_not_counted_as_one(world: World) -> None:
    with world.undone() as connection:
        foreign = world.client(world.people["finance D"]).get(f"/finance/letters/{world.letters['M']}.pdf")
        assert foreign.status_code == 404
        assert entries(connection, "letter_downloaded") == 0


def test_the_silent_forms_exist(world: World, crawled: dict[str, Pages]) -> None:
    """No excuse outlives the form it was made for."""
    assert SILENT.keys() <= {form.kind for form in forms(world, crawled)}
