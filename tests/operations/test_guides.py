"""The guides in docs/: every command they name exists, and all three languages tell the same commands."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from grantflow.cli import grantflow
from grantflow.config import ROOT
from tests import rehearsal

DOCS = ROOT / "docs"
GUIDES = sorted(path for path in DOCS.glob("*.md") if path.stem not in {"access-matrix", "trust"})
#: For offices: everything happens in the browser, so they name no command at all.
WITHOUT_COMMANDS = {"opening-a-call.de", "opening-a-call.fr"}
OPERATING = [DOCS / f"operating.{language}.md" for language in ("en", "de", "fr")]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
BOX = re.compile(r"^```sh[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Services whose command line is ours: what follows them is a command of GrantFlow.
OURS = {name for name, service in COMPOSE["services"].items() if service.get("image", "").startswith("${GRANTFLOW")}


def commands(path: Path) -> Iterator[list[str]]:
    """Each command of a guide, in words: from its boxes and between its back quotes."""
    text = path.read_text(encoding="utf-8")
    for box in BOX.findall(text):
        for line in box.replace("\\\n", " ").splitlines():
            yield shlex.split(line)
    for quoted in re.findall(r"`((?:docker|grantflow|make|npm) [^`]+)`", BOX.sub("", text)):
        yield shlex.split(quoted)


def named(words: list[str]) -> list[str]:
    """The words for ``grantflow`` in a command; [] where it starts something else."""
    if words[:1] == ["grantflow"]:
        return words[1:]
    if words[:2] == ["docker", "compose"] and words[2] in {"exec", "run"}:
        service = next(index for index, word in enumerate(words[3:], 3) if word in COMPOSE["services"])
        rest = words[service + 1 :]
        if words[2] == "exec":
            return rest[1:] if rest[0] == "grantflow" else []
        if words[service] in OURS and "--entrypoint" not in words:
            return rest
    return []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_every_command_that_a_guide_names_exists_with_its_options(path: Path) -> None:
    seen = list(commands(path))
    assert bool(seen) is (path.stem not in WITHOUT_COMMANDS)
    for words in seen:
        if not (left := named(words)):
            continue
        command: click.Command = grantflow
        while left and isinstance(command, click.Group):
            assert left[0] in command.commands, words
            command = command.commands[left.pop(0)]
        known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        assert {word.partition("=")[0] for word in left if word.startswith("--")} <= known, words


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_every_target_service_and_file_that_a_guide_names_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for words in commands(path):
        if words[:1] == ["make"]:
            assert re.search(rf"^{words[1]}:", makefile, flags=re.MULTILINE), words
        if words[:3] in (["docker", "compose", "exec"], ["docker", "compose", "run"]):
            assert set(words) & set(COMPOSE["services"]), words
    for name in re.findall(r"`((?:grantflow|templates)/[\w/.]+)`|\]\(([\w./]+)\)", path.read_text(encoding="utf-8")):
        assert (ROOT / name[0] if name[0] else DOCS / name[1]).exists(), name


def test_the_three_languages_tell_the_same_commands() -> None:
    english, *others = ([shlex.join(words) for words in commands(path)] for path in OPERATING)
    for other in others:
        assert other == english


def test_what_is_rehearsed_are_the_boxes_of_the_english_page_in_order() -> None:
    boxes = rehearsal.BOX.findall(OPERATING[0].read_text(encoding="utf-8"))
    marks = (
        "cp .env.example",
        "openssl req",
        "up --detach --build",
        "admin create",
        "pg_dump",
        "pg_restore",
        "nginx -s",
    )
    assert [mark in box for mark, box in zip((*marks, "work list"), boxes, strict=True)] == [True] * 8


def test_the_secrets_that_the_guide_makes_are_those_that_compose_mounts() -> None:
    first = rehearsal.BOX.findall(OPERATING[0].read_text(encoding="utf-8"))[0]
    made = {word for name in COMPOSE["secrets"] for word in re.findall(rf"\b{name}\b", first)}
    assert made == set(COMPOSE["secrets"]), json.dumps(sorted(COMPOSE["secrets"]))
