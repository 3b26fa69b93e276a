"""T31, H13: the press asks nobody for anything. Here what it is offered is really there, so that only the fetcher of
ours keeps it out: a picture, a style sheet and a file on the disk, and a server that counts who comes."""

import http.server
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grantflow.platform import pdf

PAGE = '<html lang="de"><head><title>T</title></head><body><p>Grüße</p>{}</body></html>'
CSS = 'body { font-family: "Fira Sans", "Noto Sans" }'


def chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


#: One black pixel.
PICTURE = b"\x89PNG\r\n\x1a\n" + b"".join(
    (
        chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\10\0\0\0\0"),
        chunk(b"IDAT", zlib.compress(b"\0\0")),
        chunk(b"IEND", b""),
    )
)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "x.png").write_bytes(PICTURE)
    (tmp_path / "x.css").write_text("p { color: red }")
    return tmp_path.as_uri()


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Address of a server that has everything, and the paths it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png" if self.path.endswith("png") else "text/css")
            self.end_headers()
            self.wfile.write(PICTURE if self.path.endswith("png") else b"p { color: red }")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", paths
        server.shutdown()
        thread.join()


IN_HTML = (
    '<img alt="x" src="{}/x.png">',
    '<svg width="9" height="9"><image href="{}/x.png" width="9" height="9"/></svg>',
    '<style>@import "{}/x.css";</style>',
    '<link rel="stylesheet" href="{}/x.css">',
    '<p style="background: url({}/x.png)">x</p>',
    '<a rel="attachment" href="{}/x.css">x</a>',
    '<link rel="attachment" href="{}/x.css">',
)
IN_CSS = ("@import '{}/x.css';", "body {{ background: url({}/x.png) }}", "p::before {{ content: url({}/x.png) }}")


def refused(place: str, html: str = "", css: str = "") -> None:
    sheet = css.format(place)
    with pytest.raises(pdf.Unrenderable):
        pdf.render(PAGE.format(html.format(place)), css=sheet + CSS if "import" in sheet else CSS + sheet)


@pytest.mark.parametrize("html", IN_HTML)
def test_no_file_of_the_machine_gets_into_a_letter(folder: str, html: str) -> None:
    refused(folder, html=html)


@pytest.mark.parametrize("css", IN_CSS)
def test_nor_by_the_style_sheet(folder: str, css: str) -> None:
    refused(folder, css=css)


def test_nobody_is_asked_over_the_network(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    for html in IN_HTML:
        refused(address, html=html)
    for css in IN_CSS:
        refused(address, css=css)
    assert paths == []
