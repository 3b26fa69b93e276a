"""A visitor of an installation behind its proxy: TLS, cookies, forms; nothing of the application is imported."""

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from http.client import HTTPSConnection
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

HOST = "fund.example"
INPUT = re.compile(r'<input[^>]*type="hidden"[^>]*>')


def context() -> ssl.SSLContext:
    """The rehearsal's certificate is signed by nobody."""
    its = ssl.create_default_context()
    its.check_hostname, its.verify_mode = False, ssl.CERT_NONE
    return its


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes
    location: str
    seconds: float

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


@dataclass
class Visitor:
    """Goes to 127.0.0.1 under the name of the installation."""

    port: int
    jar: CookieJar

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        return self._ask("POST", path, urlencode(fields).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        began = time.perf_counter()
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        line = HTTPSConnection(HOST, timeout=30)
        line.sock = context().wrap_socket(raw, server_hostname=HOST)
        asked = Request(f"https://{HOST}{path}", method=method)
        self.jar.add_cookie_header(asked)
        headers = {**dict(asked.header_items()), "Origin": f"https://{HOST}", "Referer": f"https://{HOST}{path}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(method, path, body, headers)
        answer = line.getresponse()
        content = answer.read()
        self.jar.extract_cookies(answer, asked)  # type: ignore[arg-type]
        line.close()
        return Answer(answer.status, content, answer.headers.get("Location", ""), time.perf_counter() - began)

    def follow(self, answer: Answer) -> Answer:
        for _ in range(5):
            if answer.status not in {302, 303}:
                return answer
            target = urlsplit(urljoin(f"https://{HOST}/", answer.location))
            answer = self.get(target.path + (f"?{target.query}" if target.query else ""))
        return answer

    def sign_in(self, email: str, password: str) -> bool:
        """Whether a session began; the fields that a page hides are sent back as they came."""
        hidden = [
            (re.search(r'name="([^"]*)"', one)[1], unescape((re.search(r'value="([^"]*)"', one) or ["", ""])[1]))  # type: ignore[index]
            for one in INPUT.findall(self.get("/sign-in").text.partition('name="password"')[0])
        ]
        answer = self.post("/sign-in", [*hidden, ("email", email), ("password", password)])
        return answer.status in {302, 303} and "/applications" in answer.location

    def first_letter(self) -> bytes:
        """A PDF linked from one of this applicant's files; b"" where there is none."""
        files = re.findall(r'href="(/applications/[0-9a-f-]{36}[^"]*)"', self.get("/applications").text)
        for path in dict.fromkeys(files):
            page = self.follow(self.get(unescape(path)))
            for letter in re.findall(r'href="(/applications/[0-9a-f-]{36}/letters/[0-9a-f-]{36})"', page.text):
                if (answer := self.get(letter)).content.startswith(b"%PDF-"):
                    return answer.content
        return b""

    def mailed(self, port: int, pattern: str) -> list[str]:
        """What ``pattern`` finds in the messages that the catcher keeps."""
        opener = build_opener(ProxyHandler({}))
        base = f"http://127.0.0.1:{port}/api/v1"
        with opener.open(f"{base}/messages", timeout=10) as listed:
            ids = [message["ID"] for message in json.load(listed)["messages"]]
        texts = []
        for one in ids:
            with opener.open(f"{base}/message/{one}", timeout=10) as message:
                texts.append(json.load(message)["Text"])
        return [found for text in texts for found in re.findall(pattern, text)]


@contextmanager
def slow(port: int, count: int) -> Iterator[None]:
    """``count`` senders whose forms arrive a byte a second, until the block ends."""
    end = threading.Event()
    head = f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: text/plain\r\nContent-Length: 9999\r\n\r\n"
    lines = []
    for _ in range(count):
        raw = socket.create_connection(("127.0.0.1", port), timeout=30)
        line = context().wrap_socket(raw, server_hostname=HOST)
        line.sendall(head.encode())
        lines.append(line)

    def drip() -> None:
        while not end.wait(1):
            for line in lines:
                try:
                    line.sendall(b"x")
                except OSError:
                    continue

    sender = threading.Thread(target=drip, daemon=True)
    sender.start()
    try:
        yield
    finally:
        end.set()
        sender.join(10)
        for line in lines:
            line.close()
