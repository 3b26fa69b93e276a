"""The demo: the ten projects as the brief has them, played through the real verbs; and nothing of it in production."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import func, select

from grantflow.app import create_app
from grantflow.applications.models import Application, Version
from grantflow.applications.states import State
from grantflow.audit import service as audit
from grantflow.calls import rules as call_rules
from grantflow.calls.models import Envelope
from grantflow.demo import opening, service
from grantflow.demo.people import STAFF
from grantflow.demo.projects import PROJECTS, Project
from grantflow.demo.remarks import marks
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party
from grantflow.kernel.text import canonical, unprintable
from grantflow.letters.models import Letter
from grantflow.organisations.states import Country
from grantflow.platform.db import db
from tests.conftest import Databases, settings_for

TEN = PROJECTS[:10]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.values()))
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _texts(tuple(getattr(value, field.name) for field in fields(value)))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _texts(part)


def test_all_that_the_demo_says_is_as_the_forms_would_have_let_it_in() -> None:
    said = [
        *_texts(PROJECTS),
        *_texts(STAFF),
        *_texts([marks(total, code) for total in (40, 80) for code in ("de", "fr")]),
    ]
    assert len(said) > 500
    assert [text for text in said if canonical(text) != text or unprintable(text)] == []


#: domain.md, section 7, by hand: title, words of the lead's and of the partner's name, eligible, asked, category.
#: The tenth has changed sides, see demo/projects.
BRIEF = (
    ("Tatami ohne Grenzen", "JC Düsseldorf", "Judo Club Toulousain", 11_800, 9_400, 2),
    ("Ping-Pong-Brücke", "TT-Club Düsseldorf", "TT toulousain", 6_000, 4_800, 1),
    ("Ciné-Dialog", "Freundeskreis Filmmuseum", "La Cinémathèque de Toulouse", 48_000, 36_000, 3),
    ("Biodiversité à deux rives", "Aquazoo Löbbecke", "Muséum de Toulouse", 27_500, 22_000, 3),
    ("Klimazwillinge Green Heart", "Klimabündnis-Verein", "Association climat Toulouse", 32_000, 24_000, 3),
    ("VALUES Küche & Stimme", "Integrationsverein", "Maison de quartier", 12_000, 9_600, 2),
    ("Azubi-Tandem", "Ausbildungszentrum", "CFA des métiers", 21_000, 15_750, 3),
    ("Sommerjob-Börse Plus", "Jugendring", "Point info jeunesse", 6_200, 4_960, 1),
    ("Café des langues", "Gruppe Café des langues", "Amis du Goethe-Institut", 3_100, 2_480, 1),
    ("Égalité en ville", "Collectif Égalité", "Frauenrat-Netzwerk", 72_000, 50_400, 4),
)


@pytest.mark.parametrize(("project", "row"), list(zip(TEN, BRIEF, strict=True)))
def test_a_project_is_that_of_the_brief(project: Project, row: tuple[str, str, str, int, int, int]) -> None:
    title, lead, partner, eligible, asked, category = row
    assert (project.title, project.asked) == (title, asked)
    assert sum(amount for *_, amount in project.costs) == eligible
    assert lead in project.lead.name
    assert partner in project.mate.name
    assert {project.lead.country, project.mate.country} == set(Country)
    assert (project.lead.country is Country.FRANCE) == (project is TEN[9])
    [call] = opening.starting_fund().calls.values()
    categories = [SimpleNamespace(**call_rules.category_columns(its)) for its in call.categories]
    found = call_rules.category_of(categories, eur(project.asked))
    assert found.number == category
    assert eur(project.asked) <= call_rules.ceiling(found.share_bp, eur(eligible))


def test_totals_are_those_of_the_brief() -> None:
    assert sum(project.asked for project in TEN) == 179_390
    assert sum(amount for project in TEN for *_, amount in project.costs) == 239_600


@pytest.mark.parametrize("project", TEN, ids=lambda project: project.title)
def test_budgets_balance(project) -> None:  # type: ignore[no-untyped-def]
    costs = sum(amount for *_, amount in project.costs)
    assert costs == project.asked + sum(amount for *_, amount in project.income)
    assert project.split is None or sum(project.split) == project.asked


@pytest.mark.parametrize("total", range(111))
def test_marks_add_up(total: int) -> None:
    given = marks(total, "de")
    assert sum(points for points, _ in given.values()) == total
    assert all(0 <= points <= 10 and remark for points, remark in given.values())


@pytest.fixture(scope="module")
def loaded(databases: Databases, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    name = f"demo_{uuid4().hex[:8]}"
    app = create_app(settings_for(databases.make(name), tmp_path_factory.mktemp("demo")))
    with app.app_context():
        flask_migrate.upgrade()
        assert service.load()
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(name)


def test_files_stand_where_the_demo_says(loaded: Flask) -> None:
    with loaded.app_context():
        found = dict(db.session.execute(select(Version.title, Application.state).join(Version.application)).all())
        assert found == {project.title: project.state for project in PROJECTS}
        assert Counter(found.values())[State.AWARDED] == 5


def test_money_letters_and_trail_agree(loaded: Flask) -> None:
    """I1 and I7: one act for each paying funder, two for the rejection; committed is what was awarded."""
    with loaded.app_context():
        awarded = [project.split for project in PROJECTS if project.state is State.AWARDED and project.split]
        committed = dict(db.session.execute(select(Envelope.funder_code, Envelope.committed_cents)).all())
        assert committed == {party: eur(sum(split[i] for split in awarded)) for i, party in enumerate(Party)}

        acts = db.session.scalar(select(func.count()).where(Letter.standing == "act"))
        assert acts == sum(1 for split in awarded for amount in split if amount) + 2
        assert audit.verify().broken_at is None
        written = set(db.session.execute(select(Letter.standing, Letter.language)))
        assert written == {(standing, language) for standing in ("act", "courtesy") for language in ("de", "fr")}


def test_a_second_load_changes_nothing(loaded: Flask) -> None:
    with loaded.app_context():
        assert not service.load()


def test_production_knows_neither_role_switch_nor_mailbox(databases: Databases, tmp_path: Path) -> None:
    app = create_app(settings_for("postgresql+psycopg://nowhere/x", tmp_path, env="production"))

    assert [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/demo")] == []
