"""Files under their own digest: the same bytes are the same file, and nothing is ever overwritten."""

import hashlib
import os
import tempfile
from pathlib import Path

from grantflow.kernel.errors import Transient

from . import settings


class Rotten(Exception):
    """The stored bytes are not those that were put there; they must never be served."""


def _folder() -> Path:
    return settings().data_dir / "files"


def path_of(digest: str) -> Path:
    return _folder() / digest[:2] / digest


def put(content: bytes) -> str:
    """Store ``content`` and return its SHA-256 in hex. Whole or not at all; raises Transient when the disk refuses."""
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(digest)
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == digest:
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
    """The bytes stored under ``digest``; raises Rotten where they are missing or changed."""
    try:
        content = path_of(digest).read_bytes()
    except OSError as error:
        raise Rotten(digest) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise Rotten(digest)
    return content
