"""Files under their digest: whole, once, and never served when they have rotted."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from grantflow.kernel.errors import Transient, Unavailable
from grantflow.letters.service import mending
from grantflow.platform import settings, storage


@pytest.fixture(autouse=True)
def context(app: Flask):  # type: ignore[no-untyped-def]
    with app.app_context():
        yield


def test_gives_back_what_was_put_under_its_digest() -> None:
    content = os.urandom(1000)

    digest = storage.put(content)

    assert digest == hashlib.sha256(content).hexdigest()
    assert storage.put(content) == digest
    assert storage.read(digest) == content


def test_rotten_bytes_are_never_served_and_a_new_put_heals_them() -> None:
    content = os.urandom(1000)
    path = storage.path_of(storage.put(content))
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])

    with pytest.raises(storage.Rotten):
        storage.read(path.name)

    storage.put(content)
    assert storage.read(path.name) == content


def test_a_missing_file_is_rotten_too() -> None:
    with pytest.raises(storage.Rotten):
        storage.read("0" * 64)


def test_a_disk_that_refuses_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    content = os.urandom(1000)
    path = storage.path_of(hashlib.sha256(content).hexdigest())
    path.parent.mkdir(parents=True, exist_ok=True)
    before = set(path.parent.iterdir())
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Transient, match="No space"):
        storage.put(content)

    assert set(path.parent.iterdir()) == before


@pytest.fixture
def in_production(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With a folder of its own: a mark stays in the one that all tests share."""
    own = replace(app.extensions["settings"], env="production", data_dir=tmp_path)
    monkeypatch.setitem(app.extensions, "settings", own)


def test_a_volume_that_nobody_mounted_is_no_store_and_loses_no_letter(in_production: None) -> None:
    """Else every letter of the installation would be marked as lost, and the next ones printed into the void."""
    with pytest.raises(Unavailable, match="store_away"):
        storage.read("0" * 64)
    with pytest.raises(Transient, match="not the store"):
        storage.put(b"a letter")
    with pytest.raises(Transient, match="not the store"):
        mending.scan()
    assert storage.probe() == storage.NOT_HERE


def test_the_store_is_marked_with_the_tables_once(in_production: None) -> None:
    storage.establish()
    mark = storage.mark(settings().data_dir)
    storage.establish()

    assert len(mark) == 32
    assert storage.mark(settings().data_dir) == mark
    assert storage.read(storage.put(b"a letter")) == b"a letter"
    assert storage.probe() == ""
    with pytest.raises(storage.Rotten):
        storage.read("0" * 64)
