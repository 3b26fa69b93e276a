"""Pages of editions: from the first draft to the second signature, and two people on one draft."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.calls import queries as calls
from grantflow.kernel.parties import Party, Role
from grantflow.notifications.models import Message
from grantflow.platform.db import db
from grantflow.releases import service
from grantflow.releases.models import Edition
from tests.given import PASSWORD, Given

D, T, M = Party
As = Callable[[Person], FlaskClient]
#: A funder as its form is typed.
FUNDER = {
    "name.de": "Landeshauptstadt Düsseldorf",
    "name.fr": "Ville de Düsseldorf",
    "authority": "Der Oberbürgermeister",
    "department": "Büro für Internationales",
    "signatory_function.ms": "Leiterin",
    "signatory_function.mr": "Leiter",
    "signatory_function.neutral": "Leitung",
    "address.street": "Marktplatz 2",
    "address.postal_code": "D-40213",
    "address.city": "Düsseldorf",
    "contact.name": "Sabine Reinartz",
    "contact.phone": "+49 211 89-00000",
    "contact.email": "fonds@duesseldorf.example",
    "register_prefix": "DU",
}


@pytest.fixture(name="people")
def two_administrators(given: Given) -> list[Person]:
    return [given.staff(Role.ADMINISTRATOR, D), given.staff(Role.ADMINISTRATOR, D)]


def begun(client: FlaskClient, kind: str = "funder", key: str = "duesseldorf") -> str:
    answer = client.post(f"/editions/begin/{kind}/{key}")
    assert answer.status_code == 302
    return str(answer.location).removesuffix("/edit")


def saved(client: FlaskClient, url: str, seen: int = 1, **changes: Any) -> Any:
    return client.post(f"{url}/edit", data={**FUNDER, "seen": str(seen), **changes})


def digest(app: Flask, url: str) -> str:
    with app.app_context():
        return service.fingerprint(db.session.get_one(Edition, UUID(url[-36:])))


def sign(app: Flask, client: FlaskClient, url: str, **changes: str) -> Any:
    return client.post(f"{url}/key", data={"digest": digest(app, url), "password": PASSWORD, **changes})


def test_a_funder_is_typed_put_before_a_colleague_and_signed_by_both(
    app: Flask, given: Given, as_: As, people: list[Person]
) -> None:
    first, second = people
    url = begun(as_(first))
    assert saved(as_(first), url).location == url
    page = as_(first).get(url).text
    assert second.name in page
    assert as_(first).post(f"{url}/offer").location == url
    with app.app_context():
        told = db.session.scalars(select(Message.email).where(Message.kind == "edition_to_sign")).all()
    assert sorted(told) == sorted(person.email for person in people)
    assert "/editions" in as_(second).get("/home").text
    assert sign(app, as_(first), url).location == url
    assert sign(app, as_(second), url).location == url
    with app.app_context():
        assert calls.funders()[D].department == "Büro für Internationales"
        assert calls.funders()[D].postal_code == "40213"
        done = db.session.scalars(select(Message.email).where(Message.kind == "edition_in_force")).all()
    assert sorted(done) == sorted(person.email for person in people)


def test_without_its_password_no_key_is_turned(app: Flask, as_: As, people: list[Person]) -> None:
    url = begun(as_(people[0]))
    saved(as_(people[0]), url)
    answer = sign(app, as_(people[0]), url, password="das war es nicht")
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.get_one(Edition, UUID(url[-36:])).keys == []


def test_what_is_wrong_stands_at_its_field_and_is_not_saved(app: Flask, as_: As, people: list[Person]) -> None:
    url = begun(as_(people[0]))
    answer = saved(as_(people[0]), url, **{"contact.phone": "Durchwahl"})
    assert answer.status_code == 422
    assert 'id="contact.phone-error"' in answer.text
    assert 'value="Durchwahl"' in answer.text
    with app.app_context():
        assert db.session.get_one(Edition, UUID(url[-36:])).revision == 1


def test_a_draft_may_be_half_typed_but_nobody_signs_it(app: Flask, as_: As, people: list[Person]) -> None:
    url = begun(as_(people[0]))
    assert saved(as_(people[0]), url, authority="").location == url
    assert "bevor jemand unterzeichnen kann" in as_(people[0]).get(url).text
    assert sign(app, as_(people[0]), url).status_code == 409


def test_two_who_edit_one_draft_lose_nothing(app: Flask, as_: As, people: list[Person]) -> None:
    url = begun(as_(people[0]))
    saved(as_(people[0]), url, authority="Die Oberbürgermeisterin")
    clash = saved(as_(people[1]), url, authority="Das Oberbürgermeisteramt")
    assert clash.status_code == 409
    # Both stand on the page, what was typed in its field, and saving again is meant.
    assert "Die Oberbürgermeisterin" in clash.text
    assert 'value="Das Oberbürgermeisteramt"' in clash.text
    assert '<input type="hidden" name="seen" value="2">' in clash.text
    assert saved(as_(people[1]), url, seen=2, authority="Das Oberbürgermeisteramt").location == url


def test_a_change_after_a_signature_asks_for_it_again(app: Flask, as_: As, people: list[Person]) -> None:
    url = begun(as_(people[0]))
    saved(as_(people[0]), url)
    seen = digest(app, url)
    sign(app, as_(people[0]), url)
    saved(as_(people[1]), url, seen=2, department="Anderes Büro")
    assert sign(app, as_(people[1]), url, digest=seen).status_code == 409
    with app.app_context():
        assert db.session.get_one(Edition, UUID(url[-36:])).keys == []


def test_a_new_agreement_is_known_by_its_year(as_: As, people: list[Person]) -> None:
    client = as_(people[0])
    assert client.post("/editions/begin/agreement", data={"key": "bald"}).status_code == 422
    assert client.post("/editions/begin/agreement", data={"key": "2033"}).status_code == 302
    assert client.post("/editions/begin/agreement", data={"key": "2033"}).status_code == 422
    assert client.get("/editions/begin/funder").status_code == 404


def test_a_draft_is_given_up_with_a_reason(app: Flask, as_: As, people: list[Person]) -> None:
    client = as_(people[0])
    url = begun(client)
    assert client.post(f"{url}/discard", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/discard", data={"reason": "Vertan."}).status_code == 302
    assert begun(client) != url


@pytest.mark.parametrize(("kind", "key"), [("funder", "duesseldorf"), ("law", "duesseldorf"), ("page", "imprint")])
def test_every_kind_has_its_form(as_: As, people: list[Person], kind: str, key: str) -> None:
    client = as_(people[0])
    url = begun(client, kind, key)
    for page in (url, f"{url}/edit", f"{url}/discard", "/editions"):
        assert client.get(page).status_code == 200
