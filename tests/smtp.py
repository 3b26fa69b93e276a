"""A mail server that misbehaves as told, on loopback: what real ones do when they are overloaded, broken or closed."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

#: Replies that are no words: say nothing any more, hang up, or send byte after byte and never end.
SILENCE, HANG_UP, DRIP = "<silence>", "<hang up>", "<drip>"

ORDINARY = {
    "GREETING": "220 test ready",
    "EHLO": "250 test",
    "HELO": "250 test",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "END": "250 2.0.0 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


@dataclass
class Odd:
    """Answers as ``replies`` say (by verb, ``GREETING`` and ``END`` of the message included), else as it should.

    A reply may be a list: one for each time it is asked, the last for all that follow; or a function, called then.
    ``messages`` are those whose last line it has seen, taken or not.
    """

    replies: dict[str, Any] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def answer(self, verb: str) -> str:
        said: str | list[str] | Callable[[], str] = self.replies.get(verb, ORDINARY.get(verb, "502 what?"))
        if callable(said):
            return said()
        if isinstance(said, list):
            return said.pop(0) if len(said) > 1 else said[0]
        return said

    def talk(self, link: socket.socket, over: threading.Event) -> None:
        lines = link.makefile("rb")
        if not self.say(link, "GREETING", over):
            return
        while line := lines.readline():
            verb = line.split(b" ")[0].strip().upper().decode("ascii", "replace")
            self.heard.append(verb)
            if not self.say(link, verb, over):
                return
            if verb == "DATA":
                body = bytearray()
                while (more := lines.readline()) and more != b".\r\n":
                    body += more
                if not more:
                    return
                self.messages.append(body.decode())
                if not self.say(link, "END", over):
                    return
            if verb == "QUIT":
                return

    def say(self, link: socket.socket, verb: str, over: threading.Event) -> bool:
        said = self.answer(verb)
        if said == SILENCE:
            over.wait()
        elif said == DRIP:
            while not over.wait(0.005):
                link.sendall(b"2")
        elif said != HANG_UP:
            link.sendall(f"{said}\r\n".encode())
            return True
        return False


@contextlib.contextmanager
def serving(odd: Odd) -> Iterator[str]:
    """Address for ``GRANTFLOW_SMTP_URL``."""
    over, threads = threading.Event(), []

    def one(link: socket.socket) -> None:
        with link, contextlib.suppress(OSError):
            try:
                odd.talk(link, over)
            finally:  # whoever still reads from it hears that it is over, even after an error
                link.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = listening.accept()
                link.settimeout(30)
                threads.append(threading.Thread(target=one, args=(link,), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        door = threading.Thread(target=accept, daemon=True)
        door.start()
        try:
            yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)
    for thread in (door, *threads):
        thread.join(5)
