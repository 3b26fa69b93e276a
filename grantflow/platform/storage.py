"""Files under their own digest: the same bytes are the same file, and nothing is ever overwritten.

All parts of an installation share one store. It carries a mark, made with the tables (``grantflow db upgrade``): a
folder without one is a volume that somebody forgot to mount, and none of its letters is missing or damaged.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from uuid import uuid4

from grantflow.kernel.errors import Transient, Unavailable

from . import settings


class Rotten(Exception):
    """The stored bytes are not those that were put there; they must never be served."""


MARK = ".store"
NOT_HERE = "this folder is not the store: mount the volume that all parts share (or type: grantflow db upgrade)"


def _folder() -> Path:
    return settings().data_dir / "files"


def establish() -> None:
    """Mark this folder as the store of the installation, once; what lies in it stays."""
    _folder().mkdir(parents=True, exist_ok=True)
    if not mark(settings().data_dir):
        (_folder() / MARK).write_text(uuid4().hex, encoding="ascii")


def mark(data_dir: Path) -> str:
    """What tells one store from another; "" where there is none."""
    try:
        return (data_dir / "files" / MARK).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def is_here() -> bool:
    """Whether the folder is a store. A demo has one folder, and nothing to mix it up with."""
    return settings().is_demo or bool(mark(settings().data_dir))


def path_of(digest: str) -> Path:
    return _folder() / digest[:2] / digest


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(content: bytes) -> str:
    """Store ``content`` and return its SHA-256 in hex. Whole or not at all; raises Transient when the disk refuses, or
    is not the store."""
    if not is_here():
        raise Transient(f"storage refused: {NOT_HERE}")
    digest = digest_of(content)
    target = path_of(digest)
    if is_sound(digest):
        return digest
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
            try:
                draft.write(content)
                draft.flush()
                os.fsync(draft.fileno())
                Path(draft.name).replace(target)
            except BaseException:
                Path(draft.name).unlink()
                raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise Transient(f"storage refused: {error.strerror}") from error
    return digest


def read(digest: str) -> bytes:
    """The bytes stored under ``digest``; raises Rotten where they are missing or changed, Unavailable where the store
    itself is."""
    try:
        content = path_of(digest).read_bytes()
    except OSError as error:
        if not is_here():
            raise Unavailable("store_away") from error
        raise Rotten(digest) from error
    if digest_of(content) != digest:
        raise Rotten(digest)
    return content


def is_sound(digest: str) -> bool:
    """Whether the stored bytes are those that were put there; reads them all."""
    try:
        read(digest)
    except Rotten:
        return False
    return True


def remove(digest: str) -> None:
    """Keep the bytes under ``digest`` no longer; nothing happens where there are none."""
    path_of(digest).unlink(missing_ok=True)


def size(digest: str) -> int:
    """Bytes stored under ``digest``, without reading them; -1 where there are none."""
    try:
        return path_of(digest).stat().st_size
    except OSError:
        return -1


def probe() -> str:
    """Write a few bytes into the store, read them back, remove them: "" or what was said against it."""
    content = os.urandom(4096)
    if not is_here():
        return NOT_HERE
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=_folder()) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            return "" if file.read() == content else "what was written comes back otherwise"
    except OSError as error:
        return error.strerror or type(error).__name__


def free_mb() -> int:
    """Megabytes left for the store."""
    _folder().mkdir(parents=True, exist_ok=True)
    left = os.statvfs(_folder())
    return left.f_bavail * left.f_frsize // 10**6
