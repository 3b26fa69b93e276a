"""A conversation with a mail server in which every phase has its time, however slowly the bytes come.

``smtplib`` speaks the protocol; its time-outs count from byte to byte, so that a server which drips never ends. Here a
phase ends when its time is over. Before the message is handed over, giving up costs another try, and we are
impatient; behind its last line giving up costs a duplicate, and we wait ten minutes (RFC 5321, 4.5.3.2.6).
"""

import io
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import SplitResult, unquote

from .refusals import Phase, Verdict, is_the_servers, judge

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds a phase may last as a whole."""

    connect: float = 15.0
    answer: float = 30.0
    #: Sending the lines of the message.
    body: float = 60.0
    #: From the message's last line to the server's word that it has taken it.
    verdict: float = 600.0
    farewell: float = 5.0
    #: How long a silence lasts until whoever waits is told of it, again and again.
    silence: float = 20.0

    @property
    def whole(self) -> float:
        """No conversation lasts longer: connecting, greeting, two HELOs, TLS, sign-in (four answers), three commands,
        the message, the verdict, good-bye."""
        return 2 * self.connect + 11 * self.answer + self.body + self.verdict + self.farewell


class Fault(Exception):
    """The conversation did not lead to a delivered message. ``verdict`` says whose fault it is."""

    def __init__(self, phase: Phase, verdict: Verdict, said: str, code: int = 0) -> None:
        super().__init__(f"SMTP {code} {said}" if code else said)
        self.verdict = verdict
        self.is_the_servers = is_the_servers(phase, code, said)


class Unanswered(Fault):
    """The whole message was handed over, and the server never said whether it took it."""


def _nobody(seconds: float) -> None:
    pass


@cache
def _own_name() -> str:
    """What we call ourselves; smtplib asks the name server, which may take its time."""
    return smtplib.SMTP().local_hostname


class Conversation(smtplib.SMTP):
    """``smtplib``'s client with a deadline for each phase. ``waiting(seconds)`` is told of long silences."""

    def __init__(self, url: SplitResult, patience: Patience, waiting: Callable[[float], None] = _nobody) -> None:
        super().__init__(local_hostname=_own_name(), timeout=patience.connect)
        self.url = url
        self.patience = patience
        self.waiting = waiting
        self.phase = Phase.GREETING
        self.began = self.ends = time.monotonic()

    # What smtplib calls. Reading and writing end with the phase.

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        if self.url.scheme == "smtps":
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        return plain

    def send(self, s: Any) -> None:
        if self.sock:
            self.sock.settimeout(self._left())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Reader(self))
        return super().getreply()

    def _left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no whole answer within {self.ends - self.began:g} s ({self.phase})")
        return left

    # The conversation itself.

    def enter(self, phase: Phase, seconds: float) -> None:
        self.phase, self.began = phase, time.monotonic()
        self.ends = self.began + seconds

    def require(self, reply: tuple[int, bytes], *codes: int) -> None:
        """Raises Fault unless the server answered with one of ``codes``, or a success where none is given."""
        code, said = reply
        text = said.decode("utf-8", "replace")
        verdict = judge(self.phase, code, text)
        if code in codes or (verdict is Verdict.TAKEN and not codes):
            return
        raise Fault(self.phase, Verdict.PASSING if verdict is Verdict.TAKEN else verdict, text, code)

    def begin(self) -> None:
        """Connect, greet, encrypt and sign in as the address says."""
        url, answer = self.url, self.patience.answer
        self._host = url.hostname or "localhost"
        self.enter(Phase.GREETING, self.patience.connect + answer)
        self.require(self.connect(self._host, url.port or PORTS[url.scheme]), 220)
        self._hello()
        if url.scheme == "smtp+starttls":
            self.enter(Phase.TLS, answer)
            if not self.has_extn("starttls"):
                raise Fault(self.phase, Verdict.OURS, "the server offers no STARTTLS")
            self.starttls(context=ssl.create_default_context())
            self._hello()
        if url.username:
            self.enter(Phase.SIGN_IN, 4 * answer)
            self.login(unquote(url.username), unquote(url.password or ""))

    def _hello(self) -> None:
        self.enter(Phase.HELLO, 2 * self.patience.answer)
        self.ehlo_or_helo_if_needed()

    def hand_over(self, sender: str, recipient: str, content: bytes, *options: str, may: Callable[[], bool]) -> None:
        """Sender, recipient, message. Returns when the server has taken it.

        ``may`` is asked last before the message goes: False, and it does not. Raises Unanswered where the server had
        the whole message and never said so, Fault for everything else.
        """
        answer = self.patience.answer
        self.enter(Phase.SENDER, answer)
        self.require(self.mail(sender, options))
        self.enter(Phase.RECIPIENT, answer)
        self.require(self.rcpt(recipient))
        self.enter(Phase.DATA, answer)
        if not may():
            raise Fault(self.phase, Verdict.PASSING, "another worker has this message by now")
        self.require(self.docmd("DATA"), 354)
        self.enter(Phase.DATA, self.patience.body)
        self.send(re.sub(rb"(?m)^\.", b"..", content.removesuffix(b"\r\n")) + b"\r\n.\r\n")
        self.enter(Phase.END, self.patience.verdict)
        try:
            reply = self.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Unanswered(
                self.phase, Verdict.PASSING, f"the message was handed over, no answer came: {error}"
            ) from error
        self.require(reply)

    def end(self) -> None:
        """Say good-bye. How it is taken is nobody's business: what was sent is sent."""
        try:
            self.enter(Phase.END, self.patience.farewell)
            self.quit()
        except (smtplib.SMTPException, OSError):
            pass
        finally:
            self.close()


class _Reader(io.RawIOBase):
    """The socket as a file, read until the phase's time is over, in spells after which whoever waits is told."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__()
        self.conversation = conversation

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        talk = self.conversation
        sock = talk.sock
        if sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        while True:
            sock.settimeout(min(talk._left(), talk.patience.silence))
            try:
                return sock.recv_into(buffer)
            except TimeoutError:
                talk._left()
                talk.waiting(time.monotonic() - talk.began)
