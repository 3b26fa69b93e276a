"""What administrators do for people."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts import service
from grantflow.accounts.models import Person, Purpose
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.platform.db import db
from tests.accounts.visiting import As, registration, sign_in, text
from tests.conftest import sign_in as client_of
from tests.given import PASSWORD, Given, called


def wrong_and_asked(page: str) -> tuple[list[str], list[str]]:
    """The fields an error summary leads to, and the same fields in the order of the form."""
    linked = re.findall(r'<a class="kern-link" href="#([\w-]+)">', page)
    return linked, sorted(linked, key=lambda name: page.index(f' id="{name}"'))


@pytest.mark.parametrize("path", ["/people/invite", "/register"])
def test_what_is_wrong_is_listed_in_the_order_in_which_it_is_asked(
    given: Given, as_: As, client: FlaskClient, path: str
) -> None:
    who = client if path == "/register" else as_(given.staff(Role.ADMINISTRATOR, Party.TOULOUSE))
    linked, asked = wrong_and_asked(who.post(path, data={"address": "neutral", "language": "de"}).text)
    assert len(linked) > 3
    assert linked == asked


def test_who_invites_is_not_spoken_to_as_the_one_who_is_invited(given: Given, as_: As) -> None:
    admin = as_(given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF))
    page = admin.get("/people/invite").text
    assert "Zum Beispiel Dr. oder Prof. Dr." in page
    assert "wenn Sie keinen führen" not in page
    asked = admin.post("/people/invite", data={"language": "de"}).text
    assert "Was diese Person darf: Bitte wählen Sie mindestens eine Rolle." in " ".join(asked.split())


@pytest.mark.parametrize("language", ["de", "fr"])
def test_an_administrator_invites_and_the_colleague_arrives(
    as_: As, client: FlaskClient, given: Given, rows: Any, key_of: Any, language: str
) -> None:
    admin = as_(given.staff(Role.ADMINISTRATOR, Party.TOULOUSE))
    assert admin.get(f"/people/invite?lang={language}").status_code == 200
    data = {
        "given_name": "Inès",
        "family_name": "Roux",
        "email": "i.roux@example.org",
        "language": "fr",
        "roles": ["office", "reviewer"],
    }

    assert admin.post("/people/invite", data=data).status_code == 302
    assert admin.post("/people/invite", data=data).status_code == 422  # taken
    assert admin.post("/people/invite", data=data | {"email": "x@example.org", "roles": []}).status_code == 422
    forged = data | {"email": "x@example.org", "roles": ["applicant"]}
    assert admin.post("/people/invite", data=forged).status_code == 422
    alone = data | {"email": "x@example.org", "roles": ["administrator", "finance"]}
    assert admin.post("/people/invite", data=alone).status_code == 422
    assert rows(select(Person).where(Person.email == "x@example.org")) == []

    invited = rows(select(Person).where(Person.email == "i.roux@example.org"))[0]
    assert (invited.party, invited.roles) == (Party.TOULOUSE, {Role.OFFICE, Role.REVIEWER})
    link = f"/invitation/{key_of(invited.email, Purpose.INVITE)}"
    assert "Inès Roux" in text(client.get(f"{link}?lang={language}"))
    arrival = {"password": PASSWORD, "address": "ms", "language": "de", "phone": ""}
    assert client.post(link, data=arrival | {"password": "short"}).status_code == 422
    assert client.post(link, data=arrival).headers["Location"] == "/sign-in"
    assert client.get(link).status_code == 404
    assert sign_in(client, invited.email).headers["Location"] == "/home"


def test_nobody_keeps_a_colleague_out_by_registering_their_address(
    client: FlaskClient, as_: As, given: Given, rows: Any, key_of: Any
) -> None:
    """A registration that nobody confirmed gives way to the invitation, and its link and password with it."""
    client.post("/register", data=registration("neu@example.org", family_name="Somebody"))
    squatted = key_of("neu@example.org", Purpose.CONFIRM)
    admin = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    data = {
        "given_name": "Ina",
        "family_name": "Neu",
        "email": "neu@example.org",
        "language": "fr",
        "roles": ["office"],
    }

    assert as_(admin).post("/people/invite", data=data).status_code == 302

    person = rows(select(Person).where(Person.email == "neu@example.org"))[0]
    assert (person.name, person.party, person.roles) == ("Ina Neu", Party.TOULOUSE, {Role.OFFICE})
    assert person.password_hash is None
    assert client.get(f"/confirm/{squatted}").status_code == 404
    assert client.get(f"/invitation/{key_of('neu@example.org', Purpose.INVITE)}").status_code == 200
    client.post("/register", data=registration("neu@example.org", family_name="Somebody"))
    assert rows(select(Person.name).where(Person.email == "neu@example.org")) == ["Ina Neu"]
    assert as_(admin).post("/people/invite", data=data).status_code == 422


def test_a_second_invitation_voids_the_first(
    as_: As, client: FlaskClient, given: Given, app: Flask, key_of: Any
) -> None:
    admin = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    with app.app_context():
        person = service.invite(
            name=called("A B"),
            email="ab@example.org",
            party=Party.TOULOUSE,
            roles={Role.FINANCE},
            language="fr",
            by=SYSTEM,
        )
        db.session.commit()
        db.session.expunge_all()
    first = key_of("ab@example.org", Purpose.INVITE)
    assert as_(admin).post(f"/people/{person.id}/invitation").status_code == 302
    assert client.get(f"/invitation/{first}").status_code == 404
    with clock.frozen(clock.now() + timedelta(days=6, hours=23)):
        assert client.get(f"/invitation/{key_of('ab@example.org', Purpose.INVITE)}").status_code == 200


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_list_shows_the_own_party_and_applicants(as_: As, given: Given, language: str) -> None:
    admin = given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF, name="Ada Admin")
    ours = given.staff(Role.FINANCE, Party.DUESSELDORF, name="Otto Unser")
    theirs = given.staff(Role.FINANCE, Party.TOULOUSE, name="Thea Theirs")
    applicant = given.applicant(name="Anna Antrag")
    client = as_(admin)

    def names(query: str) -> set[str]:
        shown = text(client.get(f"/people?lang={language}&{query}"))
        return {p.name for p in (admin, ours, theirs, applicant) if p.name in shown.split("<main", 1)[1]}

    assert names("") == {"Ada Admin", "Otto Unser"}
    assert names("group=applicants") == {"Anna Antrag"}
    assert names("group=all") == {"Ada Admin", "Otto Unser", "Anna Antrag"}
    assert names("group=all&role=finance") == {"Otto Unser"}
    assert names(f"group=all&q={ours.email.upper()}") == {"Otto Unser"}
    assert names("group=all&q=_t%25o") == set()
    assert names("role=nonsense&after=nonsense") == {"Ada Admin", "Otto Unser"}
    assert client.get(f"/people/{theirs.id}").status_code == 404
    for person in (ours, applicant, admin):
        assert client.get(f"/people/{person.id}?lang={language}").status_code == 200


def test_the_list_goes_on_by_key(as_: As, given: Given, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grantflow.accounts.queries.PAGE", 2)
    admin = given.staff(Role.ADMINISTRATOR, Party.METROPOLE, name="Z")
    for name in "AABC":
        given.staff(Role.FINANCE, Party.METROPOLE, name=name)
    client, url, seen = as_(admin), "/people", []
    while url:
        shown = text(client.get(url))
        seen += re.findall(r'href="/people/([0-9a-f-]{36})"', shown)
        found = re.search(r'rel="next" href="([^"]+)"', shown)
        url = found.group(1) if found else ""
    assert len(seen) == len(set(seen)) == 5


def test_roles_change_and_end_sessions(as_: As, given: Given, rows: Any) -> None:
    admin = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    colleague = given.staff(Role.OFFICE, Party.TOULOUSE, Role.SIGNATORY)
    theirs = as_(colleague)
    client = as_(admin)

    assert client.post(f"/people/{colleague.id}/roles", data={"roles": ["signatory", "reviewer"]}).status_code == 302
    assert theirs.get("/profile").status_code == 302
    assert rows(select(Person).where(Person.id == colleague.id))[0].roles == {Role.SIGNATORY, Role.REVIEWER}
    assert client.post(f"/people/{colleague.id}/roles", data={"roles": []}).status_code == 422
    assert client.post(f"/people/{colleague.id}/roles", data={"roles": ["administrator", "finance"]}).status_code == 422
    both = client.post(f"/people/{colleague.id}/roles?lang=de", data={"roles": ["finance", "reviewer"]})
    assert both.status_code == 422
    assert "Wer auszahlt, sieht keine Bewertungen" in both.text
    assert client.post(f"/people/{admin.id}/roles", data={"roles": ["administrator", "office"]}).status_code == 403
    assert client.post(f"/people/{admin.id}/disable", data={"reason": "x"}).status_code == 403
    applicant = given.applicant()
    assert client.post(f"/people/{applicant.id}/roles", data={"roles": ["office"]}).status_code == 403
    last = rows(select(Entry).where(Entry.action == "roles_changed"))
    assert [(e.before, e.after) for e in last] == [
        ({"roles": ["office", "signatory"]}, {"roles": ["reviewer", "signatory"]})
    ]


def test_an_administrator_disables_and_opens_again(as_: As, client: FlaskClient, given: Given) -> None:
    admin = as_(given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF))
    applicant = given.applicant()
    assert admin.post(f"/people/{applicant.id}/disable", data={"reason": ""}).status_code == 422
    assert admin.post(f"/people/{applicant.id}/disable", data={"reason": "abuse"}).status_code == 302
    assert sign_in(client, applicant.email).status_code == 422
    assert admin.get(f"/people/{applicant.id}").status_code == 200
    assert admin.post(f"/people/{applicant.id}/enable").status_code == 302
    assert sign_in(client, applicant.email).status_code == 302


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.APPLICANT}))
def test_others_meet_no_people(as_: As, given: Given, role: Role) -> None:
    person = given.staff(role, Party.DUESSELDORF)
    client = as_(person)
    assert client.get("/people").status_code == 403
    assert client.get(f"/people/{person.id}").status_code == 404


def test_a_refused_page_leaves_an_entry(real: Flask) -> None:
    """T48, in a transaction of its own: the refused request rolls back."""
    person = Given(real).staff(Role.FINANCE, Party.DUESSELDORF)
    assert client_of(real, person).get("/people").status_code == 403
    with real.app_context():
        refused = db.session.scalars(select(Entry).where(Entry.action == "access_refused")).all()
    assert [(e.subject_type, e.subject_id, e.actor_id) for e in refused] == [("page", "/people", person.id)]
