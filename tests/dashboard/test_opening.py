"""What is missing to open: the rule, the list as the first page, and whether mail arrives."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import given as generated
from hypothesis import strategies as st
from sqlalchemy import select, update

from grantflow.accounts.models import Person
from grantflow.audit.models import Entry
from grantflow.calls.models import Call
from grantflow.dashboard import rules
from grantflow.dashboard.rules import Facts, Part
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from tests.given import Given

As = Callable[[Person], FlaskClient]

ALL = Facts(
    in_force=frozenset(
        {("agreement", "1"), ("call", "27-1")} | {(kind, p.value) for kind in ("funder", "law") for p in Party}
    ),
    staff=rules.NEEDED,
    faults=frozenset(),
    mail_arrived=True,
)


def missing(facts: Facts) -> set[Part]:
    return {line.part for line in rules.opening(facts) if not line.is_done}


def test_everything_is_there() -> None:
    assert missing(ALL) == set()
    assert [line.part for line in rules.opening(ALL)] == list(Part)


@pytest.mark.parametrize("edition", sorted(ALL.in_force))
def test_each_edition_is_asked_for(edition: tuple[str, str]) -> None:
    lines = rules.opening(replace(ALL, in_force=ALL.in_force - {edition}))
    (line,) = [line for line in lines if not line.is_done]
    kind, key = edition
    assert line.part == {"funder": Part.FUNDERS, "law": Part.LAW}.get(kind, kind)
    assert line.parties == ((Party(key),) if kind in {"funder", "law"} else ())


@generated(st.sampled_from([(party, role) for party in Party for role in rules.NEEDED[party]]))
def test_each_role_of_each_funder_is_asked_for(gone: tuple[Party, Role]) -> None:
    party, role = gone
    lines = rules.opening(replace(ALL, staff={**rules.NEEDED, party: rules.NEEDED[party] - {role}}))
    assert [line.roles for line in lines if not line.is_done] == [(gone,)]


def test_no_office_and_no_reviewer_is_wanted_of_the_metropole() -> None:
    assert rules.NEEDED[Party.METROPOLE] == {Role.SIGNATORY, Role.FINANCE, Role.ADMINISTRATOR}
    assert missing(replace(ALL, staff={})) == {Part.STAFF}


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, names in rules.CHECKS.items() for name in names])
def test_each_check_stands_in_its_line(part: Part, name: str) -> None:
    assert missing(replace(ALL, faults=frozenset({name}))) == {part}


def test_mail_that_nobody_has_tried_is_missing() -> None:
    assert missing(replace(ALL, mail_arrived=False)) == {Part.MAIL}


def test_people_without_a_second_factor_are_counted() -> None:
    assert missing(replace(ALL, without_factor=2)) == {Part.FACTORS}


# --- the pages ---------------------------------------------------------------------------------------


@pytest.fixture
def unopened(given: Given) -> None:
    """A fund whose call has not opened yet."""
    with given.session():
        db.session.execute(
            update(Call).values(opens_at=clock.now().replace(year=2099), closes_at=clock.now().replace(year=2100))
        )


@pytest.mark.usefixtures("unopened")
@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_new_installation_begins_with_the_list(given: Given, as_: As, language: str) -> None:
    title = {"de": "Was bis zur Öffnung noch fehlt", "fr": "Ce qui manque pour ouvrir"}[language]
    nobody = {"de": "noch nicht besetzt", "fr": "rôles non pourvus"}[language]
    page = as_(given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)).get(f"/home?lang={language}").text
    assert f'<h2 id="opening-title">{title}</h2>' in page
    assert nobody in page
    assert "opening-title" not in as_(given.staff(Role.FINANCE, Party.TOULOUSE)).get("/home").text


def test_once_a_call_has_opened_the_list_stays_on_its_own_page(given: Given, as_: As) -> None:
    admin = as_(given.staff(Role.ADMINISTRATOR, Party.TOULOUSE))
    home = admin.get("/home").text
    assert "opening-title" not in home
    assert 'href="/opening"' in home
    assert admin.get("/opening").status_code == 200


@pytest.mark.usefixtures("unopened")
def test_mail_counts_as_tried_once_somebody_says_that_theirs_arrived(given: Given, as_: As) -> None:
    person = given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF)
    admin = as_(person)
    assert admin.post("/opening/mail/arrival").status_code == 409
    assert "Noch niemand hat bestätigt" in admin.get("/opening").text
    assert admin.post("/opening/mail").status_code == 302
    with given.session():
        assert db.session.scalars(select(Message.kind).where(Message.person_id == person.id)).all() == ["mail_trial"]
    other = as_(given.staff(Role.ADMINISTRATOR, Party.TOULOUSE))
    assert other.post("/opening/mail/arrival").status_code == 409
    assert admin.post("/opening/mail/arrival").status_code == 302
    assert "Noch niemand hat bestätigt" not in admin.get("/opening").text
    with given.session():
        noted = db.session.scalars(select(Entry.action).order_by(Entry.seq)).all()
    assert [action for action in noted if action.startswith("mail_")] == ["mail_tried", "mail_arrived"]


def test_staff_without_a_role_are_told_so(given: Given, as_: As) -> None:
    page = as_(given.person(party=Party.TOULOUSE, language="de")).get("/home")
    assert page.status_code == 200
    assert "Sie haben zurzeit keine Rolle." in page.text
