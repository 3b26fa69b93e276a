"""T10, T11: every route x persona x state, executed; what a person may not know is answered as if it did not exist."""

import pytest

from . import matrix
from .matrix import Asked
from .world import CONFLICTED, DISABLED, OTHER, VISITOR, World

# A test may take four minutes; this one asks three thousand times, on a machine that may be busy.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def answers(world: World) -> list[Asked]:
    return list(matrix.ask(world))


def test_every_route_has_a_row(world: World) -> None:
    known = matrix.subjects(world)
    with_arguments = {rule.endpoint for rule in world.app.url_map.iter_rules() if rule.arguments}
    assert with_arguments == set(known)


def test_the_matrix_is_as_committed(answers: list[Asked], pytestconfig: pytest.Config) -> None:
    """A changed right changes ``docs/access-matrix.md``: write it anew with ``python -m tests.security.matrix``."""
    written = matrix.document(answers)
    if any(hasattr(plugin, "rewrites_matrix") for plugin in pytestconfig.pluginmanager.get_plugins()):
        matrix.DOCUMENT.parent.mkdir(exist_ok=True)
        matrix.DOCUMENT.write_text(written, encoding="utf-8")
    assert written == matrix.DOCUMENT.read_text(encoding="utf-8")


def entered(answers: list[Asked], persona: str) -> set[str]:
    """Endpoints at which somebody got past the guard."""
    return {a.endpoint for a in answers if a.persona == persona and a.cell not in {"sign in", "·", "403", "–"}}


def test_no_answer_is_an_accident(answers: list[Asked]) -> None:
    assert [(a.method, a.url, a.persona, a.cell) for a in answers if a.cell.startswith("!")] == []


@pytest.mark.parametrize("persona", [VISITOR, DISABLED])
def test_who_is_not_signed_in_gets_no_further_than_public_pages(
    world: World, answers: list[Asked], persona: str
) -> None:
    closed = {a.endpoint for a in answers} - {a.endpoint for a in answers if a.persona == VISITOR and a.cell == "200"}
    assert entered(answers, persona) & closed <= {"demo.switch", "health.status"}


@pytest.mark.parametrize("persona", ["finance D", "finance M", "administrator D", "administrator T"])
def test_finance_and_administrators_see_no_file_review_or_decision(answers: list[Asked], persona: str) -> None:
    """D12, T16. The steps of a call in preparation are no file's."""
    rooms = {endpoint.split(".")[0] for endpoint in entered(answers, persona) - {"applications.preview_steps"}}
    assert rooms & {"review", "decisions", "applications", "organisations"} == set()
    assert entered(answers, persona) & {"dashboard.file", "dashboard.check"} == set()


def test_nobody_but_administrators_enters_their_rooms(answers: list[Asked]) -> None:
    rooms = {"audit.trail", "audit.check", "dashboard.workers", "accounts.people", "accounts.person"}
    for persona in {a.persona for a in answers if not a.persona.startswith("administrator")}:
        assert entered(answers, persona) & rooms == set()


@pytest.mark.parametrize("persona", [OTHER, CONFLICTED])
def test_files_of_others_and_files_in_conflict_do_not_exist(answers: list[Asked], persona: str) -> None:
    """H2, H3, H7: 404 on every address of a file, whatever the method."""
    cells = {a.cell for a in answers if a.persona == persona and a.subject.file}
    assert cells == {"·"}


def test_what_is_hidden_is_answered_like_what_does_not_exist(world: World, answers: list[Asked]) -> None:
    """H8: the same bytes, before 403, 409 and 422. One case for each route, method and kind of reader."""
    cases = {
        (a.endpoint, a.method, a.persona.split(",")[0].split(" ")[0]): a
        for a in answers
        if a.cell == "·" and any(isinstance(value, matrix.UUID) for value in a.subject.arguments.values())
    }
    assert len(cases) > 50
    with world.undone():
        for asked in cases.values():
            arguments = asked.subject.arguments
            there = matrix.told(world, asked, arguments)
            assert there == matrix.told(world, asked, matrix.invented(arguments)), asked
