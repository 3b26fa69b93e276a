"""The Nu HTML checker (vnu) has nothing to say about any page, of an error too, nor about any mail, in both languages.

It needs Java, and 32 MB from npm that nothing else uses: so it is a drill.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from grantflow.notifications.models import Message
from grantflow.notifications.service.composing import compose
from grantflow.platform.db import db

from .crawl import Pages, cast, fetch, kind
from .test_markup import MAILED
from .world import World

PACKAGE = "vnu-jar@26.9.27"
#: As npm names it: SHA-512 of the package.
INTEGRITY = "TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJRNea0KA=="

#: It goes by the number of words: on a letter's page most are the letter's, which has a ``lang`` of its own.
GUESS = "This document appears to be written in"

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (shutil.which("java") and shutil.which("npm")):
        pytest.skip("vnu needs java and npm")
    folder = tmp_path_factory.mktemp("vnu")
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True)
    [package] = folder.glob("*.tgz")
    assert base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() == INTEGRITY
    with tarfile.open(package) as archive:
        archive.extract("package/build/dist/vnu.jar", folder, filter="data")
    return folder / "package/build/dist/vnu.jar"


def test_the_nu_checker_finds_nothing(
    world: World, crawled: dict[str, Pages], checker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "WTF_CSRF_ENABLED", True)
    said = subprocess.run(
        ["java", "-jar", checker, "--exit-zero-always", "--format", "json", *_written(world, crawled, tmp_path)],
        capture_output=True,
        check=True,
    )
    found = {
        f"{unquote(Path(message['url']).stem)}: {message['message']} {message.get('extract', '')!r}"
        for message in json.loads(said.stderr)["messages"]
        if not message["message"].startswith(GUESS)
    }
    assert found == set(), "\n".join(sorted(found))


def _written(world: World, crawled: dict[str, Pages], folder: Path) -> list[Path]:
    """One page of each kind for each reader in each language, error pages and mails, as files."""
    files: dict[str, str] = {}
    with world.undone():
        for who, pages in crawled.items():
            one_of_each = {
                (kind(url), page.status): url
                for url, page in pages.items()
                if page.headers["Content-Type"].startswith("text/html")
            }
            for language in ("de", "fr"):
                for url, (status, body) in fetch(
                    world, cast(world)[who], one_of_each.values(), language=language
                ).items():
                    files[f"{who} {kind(url)} {status} {language}"] = body.decode()
        for purpose, token in world.links.items():
            files[f"mailed {purpose}"] = world.client(None).get(MAILED[purpose].format(token)).text
        for path in ("/nowhere", "/sign-out"):
            files[f"error {path}"] = world.client(None).get(path).text
        with world.app.app_context():
            for message in {message.kind: message for message in db.session.scalars(select(Message))}.values():
                files[f"mail {message.kind}"] = compose(message).html
    written = []
    for name, text in files.items():
        path = folder / f"{name.replace('/', '_')}.html"
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
