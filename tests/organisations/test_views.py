"""The organisation's pages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from lxml import html

from grantflow.accounts.models import Person
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.organisations import queries
from grantflow.organisations.models import Organisation
from grantflow.organisations.states import Country, Kind
from grantflow.platform.db import db
from tests.given import Given

As = Callable[[Person], FlaskClient]

CHOIR = {
    "name": "Chor am Rhein e. V.",
    "country": "DE",
    "kind": "association",
    "street": "Rheinallee 55",
    "postal_code": "40549",
    "city": "Düsseldorf",
    "website": "",
    "representative": "Gregor Busch",
    "register_court": "Düsseldorf",
    "register_number": "8123",
    "exemption_on": "03.03.2025",
    "iban": "DE89 3704 0044 0532 0130 00",
    "bic": "",
    "account_holder": "Chor am Rhein e. V.",
    "action": "save",
}


def mine(given: Given, by: Person) -> list[Organisation]:
    with given.app.app_context():
        return list(queries.of_member(by))


def test_describing_one(given: Given, as_: As) -> None:
    by = given.applicant()
    client = as_(by)
    assert "Sie haben noch keine Organisation angelegt." in client.get("/organisations").text
    assert client.post("/organisations/new", data=CHOIR).status_code == 302
    [made] = mine(given, by)
    assert (made.name, made.register_number, made.iban) == (CHOIR["name"], "VR 8123", "DE89370400440532013000")
    assert "Vollständig" in client.get("/organisations").text
    assert client.get(f"/organisations/{made.id}").status_code == 200


def test_it_leads_back_to_where_one_came_from(given: Given, as_: As) -> None:
    answer = as_(given.applicant()).post("/organisations/new?next=/applications/new", data=CHOIR)
    assert answer.location == "/applications/new"
    elsewhere = as_(given.applicant()).post(
        "/organisations/new?next=https://evil.example/", data={**CHOIR, "register_number": "9"}
    )
    assert elsewhere.location == "/organisations"


def test_the_kind_decides_the_fields(given: Given, as_: As) -> None:
    client = as_(given.applicant())
    shown = {
        kind: client.post("/organisations/new", data={"name": "X", "country": c, "kind": kind, "action": "fields"}).text
        for c, kind in (("DE", "association"), ("FR", "foundation"), ("DE", "group"))
    }
    assert 'name="register_court"' in shown["association"]
    assert 'name="siret"' not in shown["association"]
    assert 'name="siret"' in shown["foundation"]
    assert 'name="rna"' not in shown["foundation"]
    assert 'name="people-2-name"' in shown["group"]
    more = client.post("/organisations/new", data={"country": "DE", "kind": "group", "action": "person"}).text
    assert html.fromstring(more).xpath("//*[@autofocus]/@name") == ["people-3-name"]


@pytest.mark.parametrize(("language", "word"), [("de", "Elsass-Mosel"), ("fr", "d’Alsace-Moselle (droit local)")])
def test_an_association_of_strasbourg_is_complete_without_an_rna(
    given: Given, as_: As, language: str, word: str
) -> None:
    by = given.applicant(Country.FRANCE, language=language)
    client = as_(by)
    form = {
        "name": "Amis du Rhin",
        "country": "FR",
        "kind": "association",
        "action": "save",
        "street": "1 quai Koch",
        "postal_code": "F-67 000",
        "city": "Strasbourg",
        "representative": "Ève Muller",
        "local_court": "Tribunal judiciaire de Strasbourg",
        "local_volume": "volume 92, folio 123",
        "siret": "SIRET : 732 829 320 00074",
        "account_holder": "Amis du Rhin",
        "iban": "IBAN : FR14 2004 1010 0505 0001 3M02 606",
    }
    assert client.post("/organisations/new", data=form).status_code == 302
    [made] = mine(given, by)
    assert (made.local_volume, made.local_folio, made.postal_code) == ("92", "123", "67000")
    with given.app.app_context():
        assert queries.missing(made) == []
    assert word in client.get(f"/organisations/{made.id}").text


@pytest.mark.parametrize(("language", "word"), [("de", "in derselben Dienststelle"), ("fr", "dans le même service")])
def test_only_the_same_department_is_kept_from_assessing(given: Given, as_: As, language: str, word: str) -> None:
    """R8 and R9: a reviewer of each city is needed, whoever runs the institution."""
    by = given.applicant()
    institution = given.organisation(by, kind=Kind.INSTITUTION)
    assert word in as_(by).get(f"/organisations/{institution.id}?lang={language}").text


def test_going_on_without_a_choice_names_what_is_to_be_chosen(given: Given, as_: As) -> None:
    client = as_(given.applicant())
    asked = {"name": "Chor am Rhein", "action": "fields"}
    for chosen, missing in (({}, 2), ({"country": "DE"}, 1), ({"kind": "association"}, 1)):
        answer = client.post("/organisations/new", data={**asked, **chosen})
        assert answer.status_code == 422
        assert answer.text.count('<p class="kern-body">Bitte wählen Sie aus.</p>') == missing
        assert 'id="error-summary"' in answer.text
        assert 'value="Chor am Rhein"' in answer.text
    french = as_(given.applicant(Country.FRANCE)).post("/organisations/new", data=asked)
    assert french.text.count('<p class="kern-body">Veuillez faire un choix.</p>') == 2


def test_half_of_two_choices_is_no_mistake_while_the_fields_follow_by_script(given: Given, as_: As) -> None:
    form = {"name": "X", "country": "DE", "action": "fields"}
    answer = as_(given.applicant()).post("/organisations/new", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "error-summary" not in answer.text


def test_an_unfinished_one_may_be_saved_and_says_what_is_missing(given: Given, as_: As) -> None:
    by = given.applicant(Country.FRANCE)
    client = as_(by)
    form = {"name": "Amis du Rhin", "country": "FR", "kind": "association", "action": "save"}
    assert client.post("/organisations/new", data=form).status_code == 302
    [made] = mine(given, by)
    assert (
        "Saisissez le numéro RNA ou, pour une association d’Alsace-Moselle"
        in client.get(f"/organisations/{made.id}").text
    )


def test_each_wrong_number_is_named_at_its_field(given: Given, as_: As) -> None:
    by = given.applicant()
    answer = as_(by).post("/organisations/new", data={**CHOIR, "name": "", "iban": "DE00", "postal_code": "4"})
    assert answer.status_code == 422
    for text in (
        "Bitte füllen Sie dieses Feld aus.",
        "Bitte prüfen Sie die IBAN",
        "Eine Postleitzahl hat fünf Ziffern.",
    ):
        assert text in answer.text
    assert mine(given, by) == []


def test_a_notice_from_the_future_is_named_at_its_field(given: Given, as_: As) -> None:
    by = given.applicant()
    later = clock.today() + timedelta(days=1)
    answer = as_(by).post("/organisations/new", data={**CHOIR, "exemption_on": f"{later:%d.%m.%Y}"})
    assert answer.status_code == 422
    assert "Dieses Datum liegt in der Zukunft" in answer.text
    assert mine(given, by) == []


def test_a_number_in_use_is_told_to_nobody(given: Given, as_: As) -> None:
    """The same answer as to a number of one's own, and the same page after it (D39)."""
    as_(given.applicant()).post("/organisations/new", data={**CHOIR, "name": "Die Ersten"})
    second, alone = (as_(given.applicant(name="Ada Zwei")) for _ in range(2))
    taken = second.post("/organisations/new", data={**CHOIR, "name": "Die Zweiten"}, follow_redirects=True)
    free = alone.post(
        "/organisations/new", data={**CHOIR, "name": "Die Zweiten", "register_number": "VR 31"}, follow_redirects=True
    )
    assert "Die Zweiten" in taken.text
    mine = re.compile(r'[0-9a-f-]{36}|name="csrf_token" value="[^"]*"')
    assert mine.sub("", taken.text) == mine.sub("", free.text)


def test_switching_the_language_keeps_what_was_typed(given: Given, as_: As) -> None:
    by = given.applicant()
    answer = as_(by).post("/organisations/new", data={**CHOIR, "_language": "fr"})
    assert answer.status_code == 200
    assert 'value="Rheinallee 55"' in answer.text
    assert "Enregistrer" in answer.text
    assert mine(given, by) == []


def test_strangers_and_staff(given: Given, as_: As) -> None:
    organisation = given.organisation()
    assert as_(given.applicant()).get(f"/organisations/{organisation.id}").status_code == 404
    for role in (Role.OFFICE, Role.FINANCE, Role.ADMINISTRATOR):
        staff = as_(given.staff(role, Party.DUESSELDORF))
        assert staff.get("/organisations").status_code == 403
        assert staff.get(f"/organisations/{organisation.id}").status_code == 404


def test_nothing_else_is_taken(given: Given, as_: As) -> None:
    """T20: neither the country nor anything undeclared changes by posting it."""
    by = given.applicant()
    organisation = given.organisation(by)
    evil = {
        **CHOIR,
        "country": "FR",
        "id": "0",
        "created_at": "2020-01-01",
        "updated_at": "2020-01-01",
        "memberships": "",
    }
    as_(by).post(f"/organisations/{organisation.id}", data=evil)
    with given.app.app_context():
        now = db.session.get_one(Organisation, organisation.id)
        assert (now.country, now.created_at) == (Country.GERMANY, organisation.created_at)
        assert now.kind is Kind.ASSOCIATION
        assert [m.person_id for m in now.memberships] == [by.id]


@pytest.mark.parametrize("kind", ["institution", "association"])
@pytest.mark.parametrize("field", ["run_by", "register_court"])
def test_a_menu_that_is_made_to_say_something_else_is_no_crash(given: Given, as_: As, kind: str, field: str) -> None:
    """``run_by=x`` answered 500: the values were read before anybody asked whether they had been valid."""
    by = given.applicant()
    answer = as_(by).post("/organisations/new", data={**CHOIR, "kind": kind, field: "x"})
    assert answer.status_code == 422
    assert "Bitte wählen Sie eine der angebotenen Antworten." in answer.text
    assert mine(given, by) == []
