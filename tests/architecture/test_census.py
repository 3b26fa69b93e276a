"""Walks over the whole house: a room without a door, a key without words, a page with a script fails here."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from grantflow.config import ROOT
from grantflow.kernel.workflow import diagram
from grantflow.platform import access, errors

SOURCES = sorted((ROOT / "grantflow").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

#: The module kinds of the house; anything else is a junk drawer.
KINDS = {
    *("states", "documents", "rules", "workflow", "kinds", "models"),
    *("policy", "texts", "queries", "service", "forms", "views", "__init__"),
}
FEATURES = (
    "accounts",
    "applications",
    "audit",
    "calls",
    "councils",
    "dashboard",
    "decisions",
    "finance",
    "letters",
    "notifications",
    "organisations",
    "releases",
    "review",
)


def test_every_route_states_who_may_enter(shared_app: Flask) -> None:
    bare = [endpoint for endpoint, view in shared_app.view_functions.items() if not hasattr(view, "access")]
    assert bare == []


def test_public_routes_are_these_and_no_others(shared_app: Flask) -> None:
    public = {e for e, view in shared_app.view_functions.items() if view.access.policy is access.anyone}
    assert {e for e in public if e.split(".")[0] not in {"public", "health", "static", "accounts", "demo"}} == set()


@pytest.mark.parametrize("feature", FEATURES)
def test_features_use_the_vocabulary(feature: str) -> None:
    here = ROOT / "grantflow" / feature
    assert {p.stem for p in here.iterdir() if p.suffix == ".py" or (p.is_dir() and p.name != "__pycache__")} <= KINDS


def raised_keys() -> set[str]:
    """Every literal key that any DomainError or Reason is made with."""
    makers = {"Reason", "Invalid", "IllegalStep", "Forbidden", "DomainError", "TooMany"}
    keys = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in makers and isinstance(node.args[0].value, str):
                    keys.add(node.args[0].value)
    return keys


def test_no_error_is_mute(shared_app: Flask) -> None:
    assert raised_keys() - set(errors.MESSAGES) == set()


BANNED_IN_TEMPLATES = {
    "inline style": re.compile(r"\sstyle\s*=|<style", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "htmx eval": re.compile(r"hx-on|js:|hx-vals=['\"]js"),
    "unescaped": re.compile(r"\|\s*safe\b|autoescape false"),
    "another site": re.compile(r"src=[\"']https?://|<link[^>]*href=[\"']https?://"),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_templates_keep_the_content_security_policy(path: Path) -> None:
    text = path.read_text()
    found = {what for what, pattern in BANNED_IN_TEMPLATES.items() if pattern.search(text)}
    if "letters" in path.parts:  # rendered by WeasyPrint, never by a browser
        found -= {"inline style"}
    if "emails" in path.parts:  # mail readers know no style sheets
        found -= {"inline style", "another site"}
    assert found == set()


def test_no_text_of_a_person_becomes_a_template() -> None:
    """T22: nothing compiles templates or expressions at run time."""
    banned = re.compile(r"\b(from_string|render_template_string|eval|exec)\(")
    assert [str(p) for p in SOURCES if banned.search(p.read_text())] == []


def test_markup_is_made_only_in_listed_files() -> None:
    """T21: whoever marks text as safe is on this list, with a reason."""
    allowed = {
        # The words of an act, escaped when they were written out, kept under their digest; shown to be read.
        "grantflow/decisions/service/reading.py",
        # Marks of a body, of five fixed names; what fills them in, escaped.
        "grantflow/letters/rules/slots.py",
        "grantflow/letters/service/layout.py",
        # A phrase in the other language, escaped, between the tags that say so: on pages, and in letters.
        "grantflow/platform/locale.py",
        "grantflow/letters/service/writing.py",
        # Sentences of our own catalogues; what facts they carry is escaped there.
        "grantflow/platform/words.py",
    }
    users = {str(p.relative_to(ROOT)) for p in SOURCES if re.search(r"\bMarkup\(", p.read_text())}
    assert users == allowed


def test_only_settings_read_the_environment() -> None:
    allowed = {"app.py", "bootstrap.py", "cli", "supervisor", "platform/pdf.py"}
    readers = {p.relative_to(ROOT / "grantflow") for p in SOURCES if re.search(r"os\.(environ|getenv)", p.read_text())}
    assert {p.parts[0] if p.parts[0] in allowed else str(p) for p in readers} <= allowed


def test_the_readme_shows_the_workflow_as_the_table_has_it() -> None:
    from grantflow.applications.workflow import APPLICATION

    assert diagram(APPLICATION) in (ROOT / "README.md").read_text()
