"""The trail as an administrator reads it."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.audit import service
from grantflow.audit.models import Entry
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from tests.conftest import sign_in
from tests.given import Given

As = Callable[[Person], FlaskClient]


def text(reply: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True))))


@pytest.fixture
def admin(app: Flask, given: Given, as_: As) -> FlaskClient:
    person = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE, name="Ada Admin")
    office = given.staff(Role.OFFICE, Party.DUESSELDORF, name="Otto Office")
    with app.app_context():
        service.record(
            "application_admit",
            on=("application", "a1"),
            by=office,
            before={"state": "submitted"},
            after={"state": "admitted"},
            reason="complete",
            label="DT-27-1-001",
        )
        service.record(
            "decided",
            on=("act", "p1"),
            by=office,
            after={"award": 940000, "shares": {"toulouse": 470000, "metropole": 10000, "duesseldorf": 460000}},
        )
        service.record("roles_changed", on=person, by=person, before={"roles": ["office"]}, after={"roles": []})
        service.record("key_turned", on=("act", "p1"), by=office, after={"unheard_of": {"of": [True, None]}})
        db.session.commit()
    return as_(person)


def test_the_trail_in_words(admin: FlaskClient) -> None:
    shown = text(admin.get("/audit/?lang=de"))
    assert "Otto Office Antrag zugelassen Antrag DT-27-1-001 Stand: Eingereicht → Zugelassen complete" in shown
    assert "Betrag: 9.400,00 €" in shown
    # As everywhere, and not as the database sorts the names of an object.
    shares = "Düsseldorf 4.600,00 €, Toulouse 4.700,00 €, Toulouse Métropole 100,00 €"
    assert f"Anteile der Förderstellen: {shares}" in shown
    assert "Rollen: Büro → –" in shown
    assert "Angabe: ja, –" in shown
    shown = text(admin.get("/audit/?lang=fr"))
    assert "État : Déposée → Recevable" in shown


def test_the_trail_is_filtered(admin: FlaskClient) -> None:
    def deeds(query: str) -> int:
        return len(re.findall(r'<th scope="row">', admin.get(f"/audit/?{query}").get_data(as_text=True)))

    assert deeds("action=key_turned") == 1
    assert deeds("who=otto") == 3
    assert deeds("what=dt-27") == 1
    assert deeds("what=p1") == 2
    assert deeds("who=otto&action=decided") == 1
    assert deeds("who=%25") == 0
    assert deeds("before=nonsense&action=decided") == 1
    assert "Kein Eintrag" in text(admin.get("/audit/?action=nonsense&lang=de"))


def test_the_trail_goes_on_by_number(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grantflow.audit.queries.PAGE", 3)
    url, numbers = "/audit/?who=o", []
    while url:
        page = html.unescape(admin.get(url).get_data(as_text=True))
        numbers += [int(n) for n in re.findall(r'<td class="num"[^>]*>(\d+)</td>', page)]
        found = re.search(r'rel="next" href="([^"]+)"', page)
        url = found.group(1) if found else ""
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) >= 3


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_chain_is_checked_by_hand(real: Flask, language: str) -> None:
    client = sign_in(real, Given(real).staff(Role.ADMINISTRATOR, Party.DUESSELDORF))
    page = client.get(f"/audit/?lang={language}")
    assert page.status_code == 200
    assert client.post("/audit/check").headers["Location"] == "/audit/"
    assert ("Kette unversehrt" if language == "de" else "Chaîne intacte") in text(
        client.get(f"/audit/?lang={language}")
    )
    with real.app_context():
        service._write("audit-anchor.json", {"count": 99, "head": "x"})
    client.post("/audit/check")
    assert ("unterbrochen" if language == "de" else "rompue") in text(client.get(f"/audit/?lang={language}"))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.APPLICANT}))
def test_others_do_not_read_it(given: Given, as_: As, role: Role) -> None:
    client = as_(given.staff(role, Party.TOULOUSE))
    assert client.get("/audit/").status_code == 403
    assert client.post("/audit/check").status_code == 403


def test_trying_again_and_again_is_one_entry(real: Flask) -> None:
    """What can never be deleted cannot be filled by holding a key down."""
    client = sign_in(real, Given(real).staff(Role.FINANCE, Party.TOULOUSE))
    assert {client.get("/audit/").status_code for _ in range(5)} == {403}
    assert client.get("/admin/calls").status_code == 403
    with real.app_context():
        refused = select(Entry.subject_id).where(Entry.action == "access_refused").order_by(Entry.seq)
        assert db.session.scalars(refused).all() == ["/audit/", "/admin/calls"]
