"""Files that are gone or damaged: printed again, or named, and never handed out."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from grantflow.kernel.errors import Transient, Unavailable
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.letters import service as letters
from grantflow.letters.models import Download
from grantflow.letters.service import mending
from grantflow.letters.states import Desk, State
from grantflow.platform import jobs, locale, pdf, storage
from grantflow.platform.db import db
from tests.given import Given
from tests.letters.making import printed, printed_again, trail

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
ROT: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "flipped": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
    "empty": lambda path: path.write_bytes(b""),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("rot", ROT)
@pytest.mark.usefixtures("quick_press")
def test_a_damaged_file_is_never_handed_out_and_printed_again(inside: Flask, given: Given, rot: str) -> None:
    letter, person = printed(), given.staff(Role.FINANCE, D)
    ROT[rot](storage.path_of(str(letter.digest)))
    with pytest.raises(Unavailable, match="letter_damaged"):
        letters.download(letter, by=person, desk=Desk.FINANCE)
    assert db.session.scalar(select(func.count()).select_from(Download).where(Download.letter_id == letter.id)) == 0
    assert trail("letter_found_rotten") == 1
    if rot == "a folder":
        storage.path_of(str(letter.digest)).rmdir()
    assert printed_again(letter)
    db.session.commit()
    assert letters.download(letter, by=person, desk=Desk.FINANCE) == letters.document(letter).encode()
    db.session.expire_all()
    assert (letter.rotten_at, letter.is_lost, letter.state) == (None, False, State.READY)
    assert (trail("letter_found_rotten"), trail("letter_reprinted")) == (1, 1)
    assert printed_again(letter) is False


@pytest.mark.usefixtures("quick_press")
def test_what_comes_out_otherwise_is_named_and_not_passed_off_as_the_letter(
    inside: Flask, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter, person = printed(), given.staff(Role.FINANCE, D)
    storage.path_of(str(letter.digest)).unlink()
    assert letters.scan() == [letter.id]
    db.session.commit()
    with monkeypatch.context() as newer:
        newer.setattr(pdf, "render", lambda html, *, css: pdf.Rendered(b"%PDF- of a newer release", 1))
        assert printed_again(letter) is False
    db.session.expire_all()
    assert letter.is_lost
    assert letter.repair
    assert "other bytes" in str(letter.repair.last_error)
    assert not storage.path_of(str(letter.digest)).exists()
    with pytest.raises(Unavailable, match="letter_lost"):
        letters.download(letter, by=person, desk=Desk.FINANCE)
    assert printed_again(letter) is False, "not again by itself"
    letters.retry_all(by=SYSTEM)
    db.session.commit()
    assert printed_again(letter)


@pytest.mark.usefixtures("quick_press")
def test_a_disk_that_is_full_puts_the_printing_off_and_loses_nothing(
    inside: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = printed()
    storage.path_of(str(letter.digest)).unlink()
    letters.scan()
    db.session.commit()
    with monkeypatch.context() as full:

        def refuse(content: bytes) -> str:
            raise Transient("storage refused: No space left on device")

        full.setattr(storage, "put", refuse)
        assert printed_again(letter) is False
    db.session.expire_all()
    assert letter.repair
    assert (letter.is_lost, letter.rotten_at is None, letter.repair.not_before is None) == (False, False, False)
    letter.repair.not_before = None
    db.session.commit()
    assert printed_again(letter)


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.usefixtures("quick_press")
def test_one_damaged_file_does_not_hold_up_the_others(inside: Flask, given: Given, language: str) -> None:
    chosen, person = [printed(), printed(T), printed(M)], given.staff(Role.FINANCE, D)
    storage.path_of(str(chosen[1].digest)).unlink()
    with locale.use(language):
        stream = b"".join(letters.archive(chosen, by=person))
    db.session.commit()
    with zipfile.ZipFile(io.BytesIO(stream)) as archive:
        names = archive.namelist()
        rows = list(csv.reader(io.StringIO(archive.read(names[0]).decode("utf-8-sig")), delimiter=";"))
    assert names[1:] == [chosen[0].file_name, chosen[2].file_name]
    assert [row[1] for row in rows[1:]] == [letter.register_number for letter in chosen]
    assert [row[0] for row in rows[1:]] == [chosen[0].file_name, "", chosen[2].file_name]
    assert ("beschädigt" if language == "de" else "endommagé") in rows[2][-1]
    assert rows[1][-1] == rows[3][-1] == ""
    assert trail("letter_downloaded") == 2
    db.session.refresh(chosen[1])
    assert chosen[1].rotten_at


@pytest.mark.usefixtures("quick_press")
def test_a_scan_goes_on_where_the_last_one_ended(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are compared a slice at a time, by the database's note; lengths every time."""
    made = sorted((printed() for _ in range(5)), key=lambda letter: letter.id)
    ROT["flipped"](storage.path_of(str(made[4].digest)))
    monkeypatch.setattr(mending, "BYTES", 2 * int(made[0].byte_size or 0))
    assert [letters.scan() for _ in range(4)] == [[], [], [made[4].id], []]
    monkeypatch.setattr(mending, "BYTES", 0)
    more = [printed() for _ in range(3)]
    ROT["gone"](storage.path_of(str(more[0].digest)))
    ROT["short"](storage.path_of(str(more[1].digest)))
    ROT["flipped"](storage.path_of(str(more[2].digest)))
    assert set(letters.scan()) == {more[0].id, more[1].id}


@pytest.mark.usefixtures("quick_press")
def test_a_store_that_is_away_as_a_whole_sets_few_letters_going(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [printed() for _ in range(4)]
    monkeypatch.setattr(mending, "MOST", 2)
    for letter in made:
        ROT["gone"](storage.path_of(str(letter.digest)))
    assert len(letters.scan()) == 2
    db.session.commit()
    assert len(list(db.session.scalars(jobs.left_behind()))) == 2


def test_a_letter_from_the_real_press_comes_back_byte_for_byte(inside: Flask) -> None:
    letter = printed()
    before = storage.read(str(letter.digest))
    ROT["flipped"](storage.path_of(str(letter.digest)))
    assert letters.scan() == [letter.id]
    db.session.commit()
    assert printed_again(letter)
    assert storage.read(str(letter.digest)) == before
