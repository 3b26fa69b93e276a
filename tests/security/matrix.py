"""Endpoint x persona -> answer, by asking: the rights of the whole house on one page, so that a change shows in review.

``python -m tests.security.matrix`` writes ``docs/access-matrix.md`` anew; the test compares.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from grantflow.accounts.models import Purpose
from grantflow.config import ROOT
from grantflow.platform.access import anyone

from .reading import masked
from .subjects import Subject
from .world import DISABLED, OTHER, OWN, PERSONAS, D, World

DOCUMENT = ROOT / "docs" / "access-matrix.md"

HEAD = """# Who may enter where

Asked, not derived: `python -m tests.security.matrix` sends every request of this table to the application on the demo's
world and writes down the answer; a test compares. A GET answers with its status. A POST is sent empty: `yes` means that
the guard let it pass (it may then be invalid or come too late), `403` and `404` that it did not. `sign in` leads to the
sign-in page, `·` means 404: not there, or not for this reader - the answers are equal byte for byte. `–`: nobody plays
this part here.

*own* and *assigned* are meant towards the subject of the row; an applicant of whom no more is said may sign for the
organisation; *D*, *T*, *M* are Düsseldorf, Toulouse and Toulouse Métropole; of a file they name the office in charge.

"""


@dataclass(frozen=True)
class Asked:
    """One request of the matrix and its answer."""

    method: str
    endpoint: str
    url: str
    subject: Subject
    persona: str
    cell: str


def subjects(world: World) -> dict[str, list[Subject]]:
    """What each route with arguments is asked about. A route without a row here fails."""

    def files(*labels: str, **more: Any) -> list[Subject]:
        return [Subject(label, {"id": world.files[label].id, **more}, world.files[label].id) for label in labels]

    def proposals(*labels: str, **more: Any) -> list[Subject]:
        return [Subject(label, {"id": world.files[label].proposal, **more}, world.files[label].id) for label in labels]

    every = files(
        *("draft D", "submitted D", "in_review D", "in_review T", "assessed D"),
        *("proposed D", "awarded T", "rejected D"),
    )
    links = {
        "confirm_address": Purpose.ADDRESS,
        "confirm": Purpose.CONFIRM,
        "reset": Purpose.RESET,
        "accept": Purpose.INVITE,
    }
    people = [
        Subject("an applicant", {"person_id": world.ids[world.people[OTHER]]}, owner=world.people[OTHER]),
        Subject("staff of D", {"person_id": world.ids[world.people["finance D"]]}),
        Subject("staff of T", {"person_id": world.ids[world.people["finance T"]]}),
        Subject("administrator D", {"person_id": world.ids[world.people["administrator D"]]}),
    ]
    awarded, in_review = world.files["awarded T"], world.files["in_review D"]
    draft = world.files["draft D"]
    return {
        "static": [Subject("", {"filename": "css/tokens.css"})],
        "public.call": [Subject("open", {"code": "27-1"}), Subject("unknown", {"code": "99-9"})],
        "demo.switch": [Subject("", {"id": world.ids[world.people[OTHER]]})],
        "demo.message": [Subject("", {"name": world.notes.mail})],
        **{
            f"accounts.{name}": [
                Subject("live link", {"token": world.links[purpose]}),
                Subject("dead link", {"token": "0" * 43}),
            ]
            for name, purpose in links.items()
        },
        **{f"accounts.{name}": people for name in ("person", "set_roles", "disable")},
        **{f"accounts.{name}": people[:3] for name in ("enable", "invite_again")},
        "accounts.end_session": [
            Subject("an applicant's", {"session_id": world.landmarks["session"]}, owner=world.people[OTHER])
        ],
        "accounts.report_loss": people,
        **{
            f"accounts.{name}": [Subject("an applicant's", {"loss_id": world.landmarks["loss"]})]
            for name in ("confirm_loss", "refuse_loss")
        },
        "accounts.remove_factor": [
            Subject("an applicant's", {"factor_id": world.landmarks["factor"]}, owner=world.people[OTHER])
        ],
        **{
            f"accounts.{name}": [Subject("a role for staff of D", {"proposal_id": world.landmarks["role proposal"]})]
            for name in ("role_proposal", "confirm_role", "refuse_role", "withdraw_role")
        },
        "organisations.edit": [Subject("of draft D", {"id": draft.organisation}, draft.id)],
        "applications.show": every,
        "applications.receipt": files("draft D", "awarded T"),
        "applications.withdraw": files("submitted D", "awarded T"),
        "applications.confirm": files("submitted D", "awarded T"),
        "applications.channel": files("submitted D", "awarded T"),
        "applications.step": [
            *files("draft D", "submitted D", step="project"),
            *files("draft D", step="check"),
        ],
        "applications.letter": [
            Subject(f"awarded T, letter {name}", {"id": awarded.id, "letter_id": key}, awarded.id)
            for name, key in sorted(awarded.letters.items())
        ],
        "dashboard.file": every,
        "dashboard.partner_withdrawal": files("submitted D", "submitted T", "awarded T"),
        "dashboard.deadline": files("submitted D", "submitted T"),
        "dashboard.check": files("draft D", "submitted D", "submitted T"),
        "dashboard.restart_letter": [
            Subject("failed", {"letter_id": world.failed["letter"]}),
            Subject("printed", {"letter_id": world.letters["D"]}),
        ],
        "dashboard.restart_message": [Subject("failed", {"message_id": world.failed["message"]})],
        "dashboard.restart_upkeep": [Subject("failed", {"name": "audit.watch"})],
        "review.declare": files("in_review T", "assessed D"),
        "review.assess": every,
        "review.compare": every,
        "review.assign": files("submitted D", "in_review D", "in_review T"),
        **{f"review.{name}": files("in_review D", "assessed D", "third due") for name in ("nominate", "confirm")},
        "review.unassign": [
            Subject(f"in_review D, {persona}", {"id": in_review.id, "assignment_id": key}, in_review.id)
            for persona, key in sorted(in_review.assignments.items())
        ],
        "decisions.propose": files("in_review D", "assessed D", "assessed T", "proposed D", "awarded T"),
        **{
            f"decisions.{name}": proposals("proposed D", "proposed T", "rejected D")
            for name in ("show", "deliberate", "turn_key", "consent")
        },
        **{f"decisions.{name}": proposals("proposed D", "proposed T") for name in ("renew", "send_back")},
        "councils.remove": [Subject("of D", {"id": world.landmarks["sitting"]})],
        "decisions.release_budget": [Subject("of D", {"id": world.landmarks["envelope"]})],
        "decisions.letter": proposals("proposed D", "awarded T", party=D.value),
        "releases.begin": [
            Subject("the law of D", {"kind": "law", "key": "duesseldorf"}),
            Subject("unknown", {"kind": "law", "key": "atlantis"}),
        ],
        "public.call_rules": [Subject("open", {"code": "27-1"}), Subject("unknown", {"code": "99-9"})],
        **{
            name: [Subject("a draft of D", {"id": world.landmarks["call edition"]})]
            for name in ("public.edit_call", "public.preview_call", "applications.preview_steps")
        },
        "releases.begin_new": [Subject("agreement", {"kind": "agreement"}), Subject("funder", {"kind": "funder"})],
        **{
            f"releases.{name}": [Subject("a draft of D", {"id": world.landmarks["edition"]})]
            for name in ("show", "edit", "offer", "turn_key", "take_back", "discard", "rebase")
        },
        "finance.download": [Subject(f"of {name}", {"letter_id": key}) for name, key in sorted(world.letters.items())],
    }


def rules(world: World) -> Iterator[tuple[Rule, str]]:
    """Every route with each of its methods."""
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(world: World, rule: Rule, arguments: dict[str, Any]) -> str:
    url = world.app.url_map.bind("localhost").build(rule.endpoint, arguments)
    assert isinstance(url, str)
    return url


#: Public pages are asked by these only.
PUBLIC = (PERSONAS[0], OWN, "office D", DISABLED)


def askers(world: World, endpoint: str) -> tuple[str, ...]:
    public = world.app.view_functions[endpoint].access.policy is anyone  # type: ignore[attr-defined]
    return PUBLIC if public else PERSONAS


def ask(world: World) -> Iterator[Asked]:
    """All requests of the matrix; what each of them did is undone at once. Pages are not drawn: the crawl does that."""
    known = subjects(world)
    with world.undone() as connection, undrawn():
        for rule, verb in rules(world):
            about = known[rule.endpoint] if rule.arguments else [Subject()]
            for subject in about:
                url = address(world, rule, subject.arguments)
                for persona in askers(world, rule.endpoint):
                    email = world.who(persona, subject)
                    if email is None and persona != PERSONAS[0]:
                        yield Asked(verb, rule.endpoint, url, subject, persona, "–")
                        continue
                    savepoint = connection.begin_nested() if verb == "POST" else None
                    reply = world.client(email).open(url, method=verb)
                    if savepoint:
                        savepoint.rollback()
                    yield Asked(verb, rule.endpoint, url, subject, persona, cell(verb, rule.endpoint, reply))


@contextmanager
def undrawn() -> Iterator[None]:
    with (
        patch("grantflow.platform.http.render_template", lambda name, **_: name),
        patch("grantflow.platform.errors.render_template", lambda name, **_: name),
    ):
        yield


def cell(method: str, endpoint: str, reply: TestResponse) -> str:
    """One answer in a word; ``!`` marks what no answer should be. Red: there is no worker in this world."""
    status = reply.status_code
    if endpoint == "health.status":
        return str(status)
    if status in {302, 303} and reply.headers["Location"].startswith("/sign-in"):
        return "sign in"
    if status == 404:
        return "·"
    if status == 403:
        return "403"
    if status in {200, 302, 303, 409, 422}:
        return str(status) if method == "GET" else "yes"
    return f"!{status}"


def told(world: World, asked: Asked, arguments: dict[str, Any]) -> bytes:
    """What the same person is told about ``arguments``, with what the request itself said taken out."""
    url = address(world, next(world.app.url_map.iter_rules(asked.endpoint)), arguments)
    reply = world.client(world.who(asked.persona, asked.subject)).open(url, method=asked.method)
    assert reply.status_code == 404, url
    body = masked(reply)
    for value in arguments.values():
        body = body.replace(str(value).encode(), b"ARGUMENT")
    return body


def invented(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments of the same shape for something that does not exist."""
    return {name: uuid4() if isinstance(value, UUID) else value for name, value in arguments.items()}


def document(answers: list[Asked]) -> str:
    """The tables, subjects with equal rows joined."""
    by_row: dict[tuple[str, str, str], dict[str, str]] = {}
    for asked in answers:
        by_row.setdefault((asked.endpoint, asked.method, asked.subject.label), {})[asked.persona] = asked.cell
    text = HEAD
    for title, personas in (("Behind a sign-in", PERSONAS), ("Public", PUBLIC)):
        rows: dict[tuple[str, str], dict[tuple[str, ...], list[str]]] = {}
        for (endpoint, method, label), cells in by_row.items():
            if set(cells) == set(personas):
                key = tuple(cells[persona] for persona in personas)
                rows.setdefault((endpoint, method), {}).setdefault(key, []).append(label)
        text += f"## {title}\n\n| | about | {' | '.join(personas)} |\n|{'---|' * (len(personas) + 2)}\n"
        for (endpoint, method), groups in rows.items():
            for row, labels in groups.items():
                text += f"| {method} {endpoint} | {'; '.join(labels)} | {' | '.join(row)} |\n"
        text += "\n"
    return text.rstrip("\n") + "\n"


class _Rewriting:
    """A plugin: write the document instead of comparing."""

    rewrites_matrix = True


def main() -> int:
    test = "tests/security/test_access.py::test_the_matrix_is_as_committed"
    return int(pytest.main(["-q", "-p", "no:randomly", test], plugins=[_Rewriting()]))


if __name__ == "__main__":
    sys.exit(main())
