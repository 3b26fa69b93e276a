"""T53, T55 on the real web server: what it answers itself carries our headers, and nothing tells what it is."""

import os
import socket
import subprocess
from collections.abc import Iterator

import pytest

from grantflow import supervisor
from grantflow.config import ROOT
from grantflow.platform.headers import FIXED, HSTS

ALWAYS = FIXED | {"Strict-Transport-Security": HSTS}
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of the web process alone, as ``grantflow serve`` starts it; none of these answers needs a database."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GRANTFLOW_")}
    with (tmp_path_factory.mktemp("web") / "log").open("wb") as log:
        process = subprocess.Popen(
            supervisor.web_command(f"fd://{listening.fileno()}"),
            cwd=ROOT,
            env={
                **kept,
                "PORT": str(port),
                "GRANTFLOW_DATABASE_URL": "postgresql:///none",
                "GRANTFLOW_ENV": "production",
                "GRANTFLOW_ORIGIN": "https://fund.example",
                "GRANTFLOW_SMTP_URL": "smtp://127.0.0.1:1",
                "GRANTFLOW_SECRET_KEY": "tests-only-0123456789-abcdefghijklmnop",
                "GRANTFLOW_DATA_DIR": str(tmp_path_factory.mktemp("data")),
                "PYTHONPATH": str(ROOT),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[listening.fileno()],
        )
    yield port
    process.terminate()
    process.wait(30)
    listening.close()


def asked(port: int, request: bytes) -> Answer:
    """Status, headers in lower case and body. Whoever is early waits in the queue of the socket."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(request)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}, body


def request(first: str, *lines: str) -> bytes:
    return "\r\n".join([first, "Host: fund.example", "Connection: close", *lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize("path", ["/healthz", "/static/css/tokens.css", "/static/nowhere.css", "/nowhere%00"])
def test_no_answer_names_the_server(served: int, path: str) -> None:
    status, headers, _ = asked(served, request(f"GET {path} HTTP/1.1"))
    assert status in {200, 400, 404}
    assert "server" not in headers
    assert {name: headers.get(name.lower()) for name in ALWAYS} == ALWAYS


@pytest.mark.parametrize(
    ("first", "lines"),
    [
        ("evil", ()),
        ("GET /evil HTTP/9.9", ()),
        ("GET  /evil", ()),
        ("<evil> / HTTP/1.1", ()),
        (f"GET /{'evil' * 5000} HTTP/1.1", ()),
        ("GET / HTTP/1.1", ("evil header: x",)),
        ("GET / HTTP/1.1", ("Evil",)),
        ("GET / HTTP/1.1", (f"X: {'evil' * 5000}",)),
        ("GET / HTTP/1.1", tuple(f"X-Evil-{n}: x" for n in range(200))),
        ("POST / HTTP/1.1", ("Transfer-Encoding: evil",)),
        ("POST / HTTP/1.1", ("Content-Length: evil",)),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_request_is_refused_under_our_headers(served: int, first: str, lines: tuple[str, ...]) -> None:
    status, headers, body = asked(served, request(first, *lines))
    assert 400 <= status < 600
    assert {name: headers.get(name.lower()) for name in ALWAYS} == ALWAYS
    assert "server" not in headers
    assert b"evil" not in body.lower()
    assert b"<" not in body
    assert headers["content-type"] == "text/plain; charset=utf-8"


def test_a_head_is_a_get_without_its_body(served: int) -> None:
    _, headers, whole = asked(served, request("GET /healthz HTTP/1.1"))
    status, same, nothing = asked(served, request("HEAD /healthz HTTP/1.1"))
    assert (status, nothing) == (200, b"")
    assert same["content-length"] == headers["content-length"] == str(len(whole))
