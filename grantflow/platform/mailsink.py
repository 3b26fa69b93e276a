"""The demo's mail server: takes every message over SMTP and keeps it as a file in ``data_dir/mailbox``.

Nothing leaves the machine. The mailbox page shows what came through a real SMTP conversation, not what the
application meant to send.
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from grantflow.kernel import emails

NAME: Final = re.compile(r"^\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}$")
LARGEST: Final = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """One message as the server received it; ``at`` is aware UTC, ``recipients`` are the envelope's."""

    id: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    language: str

    @property
    def to(self) -> str:
        """The recipients as people read them."""
        return ", ".join(emails.readable(address) for address in self.recipients)


def folder(data_dir: Path) -> Path:
    """Where the messages lie."""
    return Path(data_dir) / "mailbox"


def messages(data_dir: Path, *, limit: int | None = None) -> list[Received]:
    """Everything received, newest first. A file that vanishes or cannot be read is left out."""
    names = sorted((path.stem for path in folder(data_dir).glob("*.eml")), reverse=True)
    return [found for name in names[:limit] if (found := message(data_dir, name)) is not None]


def message(data_dir: Path, message_id: str) -> Received | None:
    """One message by its id, None if there is none."""
    if not NAME.match(message_id):
        return None
    try:
        raw = (folder(data_dir) / f"{message_id}.eml").read_bytes()
    except OSError:
        return None
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    return Received(
        id=message_id,
        at=datetime.strptime(message_id.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC),
        sender=str(parsed.get("From", "")),
        recipients=tuple(str(value) for value in parsed.get_all("Delivered-To", [])),
        subject=str(parsed.get("Subject", "")),
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
        language=_language(parsed),
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _language(parsed: EmailMessage) -> str:
    # The email package moves Content-* headers into the first part when a second one is added.
    body = parsed.get_body(preferencelist=("plain", "html"))
    return str(parsed.get("Content-Language") or (body and body.get("Content-Language")) or "")


class _Keeper:
    """What the SMTP conversation calls: a message is acknowledged after it is on the disk."""

    def __init__(self, mailbox: Path) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        try:
            await asyncio.to_thread(self.keep, envelope)
        except OSError as error:
            return f"452 4.3.1 The mailbox cannot be written: {error.strerror}"
        return "250 2.0.0 Kept"

    def keep(self, envelope: Envelope) -> None:
        head = [f"Return-Path: <{envelope.mail_from or ''}>"]
        head += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
        content = envelope.original_content or b""
        raw = "".join(f"{line}\r\n" for line in head).encode("utf-8") + content
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{os.urandom(4).hex()}"
        # Under a name nobody lists until every byte is on the disk.
        unfinished = self.mailbox / f".{name}"
        with unfinished.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.mailbox / f"{name}.eml")


def loopback_socket() -> socket.socket:
    """A listening socket on a free port of this machine; the children that inherit it share its port."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    return listening


async def _serve(mailbox: Path, listening: socket.socket, ended: asyncio.Event) -> None:
    keeper = _Keeper(mailbox)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="mailsink.localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST, loop=loop),
        sock=listening,
    )
    async with server:
        await ended.wait()


def serve(data_dir: Path, listening: socket.socket) -> None:
    """Receive until SIGTERM or SIGINT."""
    mailbox = folder(data_dir)
    mailbox.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def until_told() -> None:
        ended = asyncio.Event()
        for told in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(told, ended.set)
        await _serve(mailbox, listening, ended)

    asyncio.run(until_told())


class MailSink:
    """The same server inside this process, for tests: ``with MailSink(data_dir) as sink: sink.url``."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = Path(data_dir)
        self._listening = loopback_socket()
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="mailsink", daemon=True)

    @property
    def url(self) -> str:
        """Address for ``GRANTFLOW_SMTP_URL``."""
        return url_of(self._listening)

    def messages(self) -> list[Received]:
        """Everything received, newest first."""
        return messages(self.data_dir)

    def start(self) -> Self:
        folder(self.data_dir).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._thread.start()
        return self

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)
        self._listening.close()

    def _run(self) -> None:
        self._loop.run_until_complete(_serve(folder(self.data_dir), self._listening, self._ended))
        for task in _left_over(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _left_over(loop: asyncio.AbstractEventLoop) -> Iterator[asyncio.Task[Any]]:
    """Conversations still open, such as the kept-alive connection of a test."""
    yield from asyncio.all_tasks(loop)


def url_of(listening: socket.socket) -> str:
    """``smtp://`` address of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"smtp://{host}:{port}"
