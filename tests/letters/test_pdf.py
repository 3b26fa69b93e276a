"""The press: nothing from outside, no blanks, within limits, the same bytes every time (T31, T32, H13)."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pikepdf
import pytest

from grantflow.config import ROOT
from grantflow.kernel.parties import Party
from grantflow.letters.service.layout import stylesheet
from grantflow.letters.states import Kind
from grantflow.platform import pdf

from .samples import CINEMA, facts, sheet

PAGE = '<html lang="de"><head><title>T</title></head><body><p>Grüße{}</p></body></html>'
CSS = 'body { font-family: "Fira Sans", "Noto Sans" }'

#: Everything WeasyPrint can be talked into fetching, or into leaving out.
HOSTILE = [
    '<img alt="x" src="file:///etc/passwd">',
    '<img alt="x" src="http://127.0.0.1:9/a.png">',
    '<img alt="x" src="data:image/png;base64,iVBORw0KGgo=">',
    '<img alt="x" src="missing.png">',
    '<img alt="x" src="">',
    '<img alt="x" src="bundle:../../etc/passwd">',
    '<img alt="x" src="BUNDLE:NotoSans-Regular.woff">',
    '<link rel="stylesheet" href="http://127.0.0.1:9/a.css">',
    '<style>@import "http://127.0.0.1:9/a.css";</style>',
    "<style>@import url(file:///etc/passwd);</style>",
    "<style>@font-face { font-family: x; src: url(http://127.0.0.1:9/x.woff2) }</style>",
    '<style>@font-face { font-family: x; src: local("DejaVu Sans") }</style>',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    '<base href="file:///etc/"><img alt="x" src="passwd">',
    '<object data="file:///etc/passwd"></object>',
    '<embed src="http://127.0.0.1:9/x">',
    '<iframe src="file:///etc/passwd"></iframe>',
    '<svg width="9" height="9"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
    '<svg width="9" height="9"><image xlink:href="http://127.0.0.1:9/x.png" width="9" height="9"/></svg>',
    '<svg width="9" height="9"><use href="file:///etc/passwd#a"/></svg>',
    '<svg width="9" height="9"><use xlink:href="http://127.0.0.1:9/#a"/></svg>',
    '<p style="background: url(http://127.0.0.1:9/x)">x</p>',
    '<p style="background: url(//127.0.0.1:9/x)">x</p>',
    '<ul><li style="list-style-image: url(ftp://127.0.0.1/x)">x</li></ul>',
    '<p style="unknown-property: 1">x</p>',
    "<script>fetch('http://127.0.0.1:9')</script>",
    "<p>\U0001f3ac</p>",
    '<p style="font-family: serif">\u0645</p>',
]


@pytest.mark.parametrize("trap", HOSTILE, ids=range(len(HOSTILE)))
def test_a_trap_fails_the_document(trap: str) -> None:
    with pytest.raises(pdf.Unrenderable):
        pdf.render(PAGE.format(trap), css=CSS)


def test_css_fetches_nothing_either() -> None:
    for rule in ("@import 'http://127.0.0.1:9/a.css';", "body { background: url(file:///etc/passwd) }"):
        with pytest.raises(pdf.Unrenderable):
            pdf.render(PAGE.format(""), css=CSS + rule if "import" not in rule else rule + CSS)


def test_a_font_that_is_not_ours_is_an_error() -> None:
    """No system font can slip in: without ours the text has no glyphs at all."""
    made = pdf.render(PAGE.format(""), css="body { font-family: 'DejaVu Sans', sans-serif }")
    assert fonts_of(made.content) <= {"Fira-Sans", "Noto-Sans"}


def test_language_and_title_are_required() -> None:
    for page in ("<html lang='de'><body>x</body></html>", "<html><head><title>x</title></head><body>x</body></html>"):
        with pytest.raises(pdf.Unrenderable):
            pdf.render(page, css=CSS)


def test_twenty_pages_at_most() -> None:
    broken = '<p style="break-before: page">x</p>'
    assert pdf.render(PAGE.format(broken * 19), css=CSS).pages == 20
    with pytest.raises(pdf.Unrenderable, match="21 pages"):
        pdf.render(PAGE.format(broken * 20), css=CSS)


@pytest.mark.parametrize("earlier", [0, 300])
def test_time_runs_out(monkeypatch: pytest.MonkeyPatch, earlier: int) -> None:
    """And whoever had set the alarm before has it back: nobody, or a test runner with a limit of its own."""
    monkeypatch.setattr(pdf, "SECONDS", 0.3)
    nested = '<div style="display: flex">' * 12 + "x" + "</div>" * 12
    handler, runners = signal.getsignal(signal.SIGALRM), signal.setitimer(signal.ITIMER_REAL, earlier)
    try:
        with pytest.raises(pdf.OverLimit, match=r"0\.3 s"):
            pdf.render(PAGE.format(nested), css=CSS)
        left, _interval = signal.getitimer(signal.ITIMER_REAL)
        assert earlier - 10 < left <= earlier
        assert signal.getsignal(signal.SIGALRM) is handler
    finally:
        signal.setitimer(signal.ITIMER_REAL, *runners)
    monkeypatch.undo()
    assert pdf.render(PAGE.format(""), css=CSS).pages == 1


def test_an_alarm_that_was_swallowed_rings_again() -> None:
    """What is raised in a finaliser or in a callback from C is printed and forgotten."""

    def swallow() -> None:
        with pdf._bounded(0.05, pdf.MEMORY):
            with contextlib.suppress(BaseException):
                while True:
                    pass
            while True:
                pass

    with pytest.raises(pdf.OverLimit):
        swallow()


@pytest.mark.drill
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="address space cannot be limited here")
def test_memory_runs_out_and_ends_that_process_only() -> None:
    code = """
from grantflow.platform import pdf
pdf.warm()
pdf.render('<html lang="de"><head><title>T</title></head><body>x</body></html>', css="")
pdf.MEMORY = 24 * 2**20
try:
    pdf.render('<html lang="de"><head><title>T</title></head><body>' + '<p>x</p>' * 60000 + '</body></html>', css="")
except (pdf.OverLimit, pdf.Unrenderable) as error:
    print(type(error).__name__)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    # Python's own allocations raise; Pango's abort the process, and the lease brings the letter back.
    assert ran.stdout.strip() == "OverLimit" or ran.returncode < 0, ran.stderr


def test_main_thread_only() -> None:
    raised: list[BaseException] = []

    def attempt() -> None:
        try:
            pdf.render(PAGE.format(""), css=CSS)
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert len(raised) == 1


def fonts_of(content: bytes) -> set[str]:
    """Names of the fonts without their subset tags; each must be embedded."""
    import io

    names = set()
    with pikepdf.open(io.BytesIO(content)) as file:
        for page in file.pages:
            for font in page.Resources.get("/Font", {}).values():
                for part in font.get("/DescendantFonts", [font]):
                    assert "/FontFile2" in part.FontDescriptor
                    names.add(str(part.FontDescriptor.FontName).partition("+")[2])
    return names


EVERY = [(kind, party, language) for kind in Kind for party in Party for language in ("de", "fr")]


@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_every_letter_is_tagged_embedded_and_archivable(kind: Kind, party: Party, language: str) -> None:
    import io

    made = pdf.render(sheet(kind, facts(kind, party), language), css=stylesheet())
    assert fonts_of(made.content) <= {"Fira-Sans", "Fira-Sans-Semi-Bold", "Noto-Sans", "Noto-Sans-Bold"}
    with pikepdf.open(io.BytesIO(made.content)) as file:
        root = file.Root
        assert str(root.Lang) == language
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        assert "/OutputIntents" in root
        assert "/AF" not in root
        with file.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
            assert "D-2026-0412" in str(metadata["dc:title"]).replace("T-", "D-").replace("M-", "D-")
        assert not any("/Annots" in page for page in file.pages)
        assert len(file.pages) == made.pages


RENDER = """
import hashlib, json, sys
from tests.letters.samples import CINEMA, facts, sheet
from grantflow.kernel.parties import Party
from grantflow.letters.service.layout import stylesheet
from grantflow.letters.states import Kind
from grantflow.platform import pdf
order = json.loads(sys.argv[1])
print(json.dumps({
    name: hashlib.sha256(pdf.render(
        sheet(Kind(name.split(":")[0]), facts(Kind(name.split(":")[0]), Party(name.split(":")[1])),
                                  name.split(":")[2]), css=stylesheet()).content).hexdigest()
    for name in order}))
"""
NAMES = [f"{kind}:{party}:{language}" for kind, party, language in EVERY]


def digests(order: list[str], **env: str) -> dict[str, str]:
    ran = subprocess.run(
        [sys.executable, "-c", RENDER, json.dumps(order)],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    made: dict[str, str] = json.loads(ran.stdout)
    return made


@pytest.mark.drill
def test_same_bytes_whoever_prints_and_when() -> None:
    """Other process, order, time zone, locale, hash seed, home: the same file (T32)."""
    here = digests(NAMES, TZ="Europe/Berlin", LC_ALL="de_DE.UTF-8", PYTHONHASHSEED="1")
    there = digests(NAMES[::-1], TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="2", HOME="/nonexistent")
    assert here == there
    assert len(set(here.values())) == len(NAMES)


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and unshare for an empty network"
)
def test_prints_without_any_network() -> None:
    """Rendering works and the traps fail where there is no network to reach (T31)."""
    code = f"""
from grantflow.platform import pdf
from tests.letters.test_pdf import CSS, HOSTILE, PAGE
assert pdf.render(PAGE.format(""), css=CSS).pages == 1
for trap in HOSTILE:
    try:
        pdf.render(PAGE.format(trap), css=CSS)
    except pdf.Unrenderable:
        continue
    raise SystemExit(trap)
print({len(HOSTILE)})
"""
    command = ["unshare", "-n", sys.executable, "-c", code]
    probe = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this container may not make network namespaces")
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.stdout.strip() == str(len(HOSTILE)), ran.stderr + ran.stdout


def test_web_processes_do_not_carry_the_press() -> None:
    code = "import sys, grantflow.app; from grantflow.letters import service; print('weasyprint' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_the_press_leaves_the_environment_alone() -> None:
    pdf.render(PAGE.format(""), css=CSS)
    assert "FONTCONFIG_FILE" not in os.environ


def test_long_letters_keep_the_remedy_whole_and_last(tmp_path: Path) -> None:
    from grantflow.letters.rules import Words

    from .samples import award

    conditions = tuple(
        Words(de=f"Auflage {n}: " + "legen Sie die unterschriebene Vereinbarung vor, " * 6) for n in range(14)
    )
    made = pdf.render(
        sheet(Kind.AWARD, facts(recipient=CINEMA, award=award(Party.DUESSELDORF, conditions=conditions))),
        css=stylesheet(),
    )
    assert made.pages in range(4, 7)
    if shutil.which("pdftotext"):
        file = tmp_path / "letter.pdf"
        file.write_bytes(made.content)
        text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
        pages = text.split("\f")
        [page] = [page for page in pages if "Rechtsbehelfsbelehrung" in page]
        assert "40213 Düsseldorf, erhoben werden." in " ".join(page.split())
        assert f"Seite {made.pages} von {made.pages}" in pages[made.pages - 1]
