"""The pages of accounts, as a browser meets them."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts import service
from grantflow.accounts.models import Person, Purpose, SignIn, Token
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.notifications.models import Message
from grantflow.notifications.service.composing import compose
from grantflow.platform import limits, mail, tokens
from grantflow.platform.db import db
from tests.conftest import sign_in as client_of
from tests.given import PASSWORD, Given, called

As = Callable[[Person], FlaskClient]
OTHER = "sieben stille Linden am Weg"


@pytest.fixture
def rows(app: Flask) -> Callable[[Any], Any]:
    """Run a query in a context of its own."""

    def run(query: Any) -> Any:
        with app.app_context():
            return db.session.execute(query).unique().scalars().all()

    return run


@pytest.fixture
def key_of(app: Flask) -> Callable[[str, Purpose], str]:
    """The key in the newest mail of a kind to an address."""

    def find(email: str, purpose: Purpose) -> str:
        with app.app_context():
            newest = (
                select(Token.id)
                .join(Person, Person.id == Token.person_id)
                .where(Person.email == email, Token.purpose == purpose)
                .order_by(Token.created_at.desc())
            )
            return tokens.derive(db.session.scalars(newest).first())

    return find


def registration(email: str = "lea.morel@example.org", **changes: str) -> dict[str, str]:
    return {
        "given_name": "Léa",
        "family_name": "Morel",
        "email": email,
        "password": PASSWORD,
        "address": "ms",
        "language": "fr",
        "phone": "",
        **changes,
    }


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def text(reply: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", reply.get_data(as_text=True)))


# --- the pages open, in both languages -------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize(
    "path", ["/sign-in", "/register", "/check-your-mail", "/check-your-mail?about=reset", "/reset"]
)
def test_public_pages_open(client: FlaskClient, path: str, language: str) -> None:
    reply = client.get(path, headers={"Accept-Language": language})
    assert reply.status_code == 200
    assert f'<html lang="{language}">' in text(reply)


@pytest.mark.parametrize("path", ["/confirm/x", "/reset/x", "/invitation/x"])
def test_a_dead_link_says_so(client: FlaskClient, path: str) -> None:
    for reply in (client.get(path), client.post(path, data={"password": OTHER})):
        assert reply.status_code == 404
        assert 'href="/sign-in"' in text(reply)


# --- registration ----------------------------------------------------------------------------------


def test_register_confirm_and_be_in(client: FlaskClient, rows: Any, key_of: Any) -> None:
    assert client.post("/register", data=registration()).headers["Location"] == "/check-your-mail?about=registration"
    link = f"/confirm/{key_of('lea.morel@example.org', Purpose.CONFIRM)}"
    for _ in range(2):  # a mail scanner opens it, too: nothing changes
        assert client.get(link).status_code == 200
    assert rows(select(Person.confirmed_at).where(Person.email == "lea.morel@example.org")) == [None]
    assert client.post(link, data={"password": "not what was chosen"}).status_code == 422

    reply = client.post(link, data={"password": PASSWORD})

    assert (reply.status_code, reply.headers["Location"]) == (303, "/applications")
    assert client.get("/profile").status_code == 200
    assert client.get(link).status_code == 404  # single use
    assert client.post(link, data={"password": PASSWORD}).status_code == 404
    person = rows(select(Person).where(Person.email == "lea.morel@example.org"))[0]
    assert (person.roles, person.party, person.language) == ({Role.APPLICANT}, None, "fr")


@pytest.mark.parametrize("typed", ["x@verein-köln.de", "X@xn--verein-kln-lcb.de", "x\u200b@Verein-KO\u0308LN.de"])
def test_an_address_under_a_domain_with_umlauts_is_one_at_every_door(
    client: FlaskClient, rows: Any, key_of: Any, app: Flask, typed: str
) -> None:
    """It could be registered and never signed in with."""
    shown = "x@verein-köln.de"
    assert client.post("/register", data=registration(shown)).status_code == 302
    key = key_of(shown, Purpose.CONFIRM)
    assert client.post(f"/confirm/{key}", data={"password": PASSWORD}).status_code == 303
    assert rows(select(Person.email_key)) == ["x@xn--verein-kln-lcb.de"]
    client.post("/sign-out")

    assert sign_in(client, typed).headers["Location"] == "/applications"
    client.post("/sign-out")
    client.post("/register", data=registration(typed))
    client.post("/reset", data={"email": typed})

    assert rows(select(Message.kind).order_by(Message.created_at)) == [
        "registration_confirm",
        "account_exists",
        "password_reset",
    ]
    with app.app_context():
        built = mail.build(compose(db.session.scalars(select(Message).where(Message.kind == "account_exists")).one()))
    assert built["To"] == "x@xn--verein-kln-lcb.de"


def test_registering_a_known_address_looks_the_same_and_tells_its_owner(
    client: FlaskClient, given: Given, rows: Any
) -> None:
    known = given.applicant(email="known@example.org")

    fresh = client.post("/register", data=registration("fresh@example.org"))
    again = client.post("/register", data=registration(" KNOWN@example.org "))

    assert (fresh.status_code, fresh.headers["Location"]) == (again.status_code, again.headers["Location"])
    assert rows(select(Message.kind).where(Message.person_id == known.id)) == ["account_exists"]
    assert rows(select(Person.name).where(Person.email_key == "known@example.org")) == [known.name]


def test_nobody_lays_a_password_under_somebody_elses_address(client: FlaskClient, rows: Any, key_of: Any) -> None:
    """The owner registers first, a stranger registers the same address after: only the newest pair opens it."""
    client.post("/register", data=registration())
    owners = key_of("lea.morel@example.org", Purpose.CONFIRM)
    client.post("/register", data=registration(password=OTHER, family_name="Stranger"))
    strangers = key_of("lea.morel@example.org", Purpose.CONFIRM)

    assert client.post(f"/confirm/{owners}", data={"password": PASSWORD}).status_code == 404
    assert client.post(f"/confirm/{strangers}", data={"password": PASSWORD}).status_code == 422
    assert rows(select(Person.confirmed_at).where(Person.email == "lea.morel@example.org")) == [None]


def test_links_last_an_hour(client: FlaskClient, key_of: Any) -> None:
    client.post("/register", data=registration())
    link = f"/confirm/{key_of('lea.morel@example.org', Purpose.CONFIRM)}"
    with clock.frozen(clock.now() + timedelta(minutes=59)):
        assert client.get(link).status_code == 200
    with clock.frozen(clock.now() + timedelta(minutes=60)):
        assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", " "),
        ("family_name", " "),
        ("email", "no address"),
        ("email", "ünï@example.org"),
        ("password", "too short"),
        ("password", "Léa Morel wohnt hier"),
        ("password", "x" * 2000),
        ("address", "duke"),
        ("language", "en"),
        ("phone", "1" * 81),
        ("phone", "abc"),
        ("phone", "12345"),
        ("phone", "+49 211 abc 123456"),
    ],
)
def test_registration_refuses(client: FlaskClient, rows: Any, field: str, value: str) -> None:
    reply = client.post("/register", data=registration(**{field: value}))
    assert reply.status_code == 422
    inputs = re.findall(rf'<input[^>]* name="{field}"[^>]*>', text(reply))
    assert all("--error" in tag for tag in inputs)
    if field in {"address", "language"}:  # one button per choice, none pressed
        assert [tag for tag in inputs if " checked" in tag] == []
        assert len(inputs) > 1
    else:
        shown = "" if field == "password" else value.strip()
        assert [re.findall(r' value="([^"]*)"', tag) for tag in inputs] == [[shown]]
    assert PASSWORD not in text(reply)
    assert rows(select(Person).where(Person.email_key == "lea.morel@example.org")) == []


@pytest.mark.parametrize("phone", ["", "+49 (0)211 / 89-123.45", "05\u00a061\u202f23 45 67", "112 113"])
def test_telephone_numbers_are_taken_as_people_write_them(client: FlaskClient, phone: str) -> None:
    assert client.post("/register", data=registration(phone=phone)).status_code == 302


def test_a_wrong_telephone_number_is_told_by_an_example(client: FlaskClient) -> None:
    for language, example in (("de", "+49 211 123456"), ("fr", "+33 5 61 23 45 67")):
        assert example in text(client.post(f"/register?lang={language}", data=registration(phone="abc")))


def test_only_declared_fields_count(client: FlaskClient, rows: Any) -> None:
    """T20: every column besides, posted along, changes nothing."""
    extra = {"party": "toulouse", "roles": "administrator", "confirmed_at": "2026-01-01", "epoch": "9", "id": "1"}
    client.post("/register", data=registration() | extra)
    person = rows(select(Person).where(Person.email == "lea.morel@example.org"))[0]
    assert (person.party, person.roles, person.confirmed_at, person.epoch) == (None, {Role.APPLICANT}, None, 0)


def test_the_language_switch_keeps_what_was_typed(client: FlaskClient) -> None:
    reply = client.post("/register", data=registration(given_name="Zoë") | {"_language": "fr"})
    assert reply.status_code == 200
    assert 'value="Zoë"' in text(reply)
    assert '<html lang="fr">' in text(reply)
    assert "error-summary" not in text(reply)


# --- in and out ------------------------------------------------------------------------------------


def test_sign_in_by_any_spelling_of_the_address(client: FlaskClient, given: Given) -> None:
    given.applicant(email="Jo.Blum@example.org", name="Jo Blum")
    assert sign_in(client, "  jo.blum@EXAMPLE.org ").headers["Location"] == "/applications"


def test_staff_begin_with_their_tasks(client: FlaskClient, given: Given) -> None:
    person = given.staff(Role.FINANCE, Party.TOULOUSE)
    assert sign_in(client, person.email).headers["Location"] == "/home"


def test_refusals_are_one_answer(real: Flask) -> None:
    """Unknown, wrong, unconfirmed and disabled: equal bytes but for what was typed (T4)."""
    given, client = Given(real), real.test_client()
    known, closed = given.applicant(), given.applicant()
    with real.app_context():
        db.session.get_one(Person, closed.id).disabled_at = clock.now()
        db.session.commit()
    client.post("/register", data=registration("new@example.org"))

    answers = {
        (reply.status_code, text(reply).replace(email, "…"))
        for email, password in [
            (known.email, OTHER),
            ("nobody@example.org", PASSWORD),
            ("new@example.org", PASSWORD),
            (closed.email, PASSWORD),
        ]
        for reply in [sign_in(client, email, password)]
    }

    assert [status for status, _ in answers] == [422]
    with real.app_context():
        denied = db.session.scalars(select(Entry).where(Entry.action == "sign_in_denied").order_by(Entry.seq)).all()
    assert [(e.subject_type, e.reason) for e in denied] == [
        ("person", "password"),
        ("address", "password"),
        ("person", "unconfirmed"),
        ("person", "disabled"),
    ]
    assert "nobody@example.org" not in str([vars(e) for e in denied])


def test_the_hash_also_runs_for_unknown_accounts(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """D36: no answer comes sooner because there is nobody to check."""
    from grantflow.platform import passwords

    real, calls = passwords.HASHER, []

    class Counting:
        def verify(self, *arguments: Any) -> bool:
            calls.append(arguments)
            return real.verify(*arguments)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    monkeypatch.setattr(passwords, "HASHER", Counting())
    sign_in(client, "nobody@example.org")
    assert len(calls) == 1
    client.post("/reset", data={"email": "nobody@example.org"})
    assert len(calls) == 2


def test_attempts_are_limited_for_an_account_whether_it_exists_or_not(client: FlaskClient, given: Given) -> None:
    known = given.applicant()
    for email in (known.email, "nobody@example.org"):
        statuses = [sign_in(client, email, OTHER).status_code for _ in range(limits.PER_ACCOUNT.amount)]
        assert statuses == [422] * limits.PER_ACCOUNT.amount
        reply = sign_in(client, email, PASSWORD)  # even the right one waits now
        assert reply.status_code == 429


def test_the_limit_is_not_moved_by_forged_headers(client: FlaskClient, given: Given) -> None:
    """H18: the connection's address counts, whatever a header claims."""
    for n in range(limits.PER_ADDRESS.amount):
        client.post(
            "/sign-in",
            data={"email": f"n{n}@example.org", "password": OTHER},
            headers={"X-Forwarded-For": f"10.0.0.{n}", "Forwarded": f"for=10.1.0.{n}", "X-Real-Ip": f"10.2.0.{n}"},
        )
    assert sign_in(client, given.applicant().email).status_code == 429


def test_addresses_of_one_ipv6_subscriber_count_as_one(client: FlaskClient, given: Given) -> None:
    """A /64 is what every subscriber gets: 2^64 addresses would be no limit at all."""
    for n in range(limits.PER_ADDRESS.amount):
        data = {"email": f"n{n}@example.org", "password": OTHER}
        client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": f"2001:db8:1:2:{n:x}::{n:x}"})
    person = given.applicant()

    def attempt(sender: str) -> int:
        data = {"email": person.email, "password": PASSWORD}
        return client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": sender}).status_code

    assert attempt("2001:db8:1:2:ffff::1") == 429
    assert attempt("2001:db8:1:3::1") == 302


def test_success_clears_the_count(client: FlaskClient, given: Given) -> None:
    person = given.applicant()
    for _ in range(3):
        for _ in range(limits.PER_ACCOUNT.amount - 1):
            sign_in(client, person.email, OTHER)
        assert sign_in(client, person.email).status_code == 302


def test_a_new_identifier_at_sign_in_and_the_old_cookie_is_dead(app: Flask, given: Given) -> None:
    """T6: fixation and replay."""
    person, client = given.applicant(), app.test_client()
    with client.session_transaction() as planted:
        planted.update({"_user_id": "planted", "kept": "planted"})
    before = client.get_cookie("grantflow")
    sign_in(client, person.email)
    during = client.get_cookie("grantflow")
    assert before.value != during.value
    with client.session_transaction() as session:
        assert "planted" not in session.values()
    assert (during.http_only, during.same_site, during.path) == (True, "Lax", "/")
    assert client.get("/profile").status_code == 200

    def with_cookie(value: str) -> int:
        other = app.test_client()
        other.set_cookie("grantflow", value)
        return other.get("/profile").status_code

    assert (with_cookie(before.value), with_cookie(during.value)) == (302, 200)

    reply = client.post("/sign-out")

    assert reply.headers["Clear-Site-Data"] == '"storage"'
    assert with_cookie(during.value) == 302


def test_signing_out_ends_all_sessions(as_: As, given: Given) -> None:
    person = given.applicant()
    one, other = as_(person), as_(person)
    one.post("/sign-out")
    assert [c.get("/profile").status_code for c in (one, other)] == [302, 302]


@pytest.mark.parametrize("staff", [True, False])
def test_idle_and_old_sessions_end(as_: As, given: Given, staff: bool) -> None:
    """T7: 30 minutes for staff, two hours for others; twelve hours at most."""
    person = given.staff(Role.OFFICE, Party.DUESSELDORF) if staff else given.applicant()
    idle = timedelta(minutes=30) if staff else timedelta(hours=2)
    began, client = clock.now(), as_(person)
    with clock.frozen(began + idle - timedelta(seconds=1)):
        assert client.get("/profile").status_code == 200
    with clock.frozen(began + 2 * idle - timedelta(seconds=2)):
        assert client.get("/profile").status_code == 200  # the look before counted
    with clock.frozen(began + 3 * idle):
        assert client.get("/profile").status_code == 302

    client, instant = as_(person), clock.now()
    end = instant + timedelta(hours=12)
    while (instant := instant + timedelta(minutes=20)) < end:
        with clock.frozen(instant):
            assert client.get("/profile").status_code == 200
    with clock.frozen(end):
        assert client.get("/profile").status_code == 302


def test_last_seen_is_written_at_most_once_a_minute(as_: As, given: Given, rows: Any) -> None:
    person = given.applicant()
    client, began = as_(person), clock.now()
    seen = select(SignIn.seen_at).where(SignIn.person_id == person.id)
    first = rows(seen)
    with clock.frozen(began + timedelta(seconds=50)):
        client.get("/profile")
    assert rows(seen) == first
    with clock.frozen(later := began + timedelta(seconds=70)):
        client.get("/profile")
    assert rows(seen) == [later]


def test_disabling_works_at_the_next_request(as_: As, given: Given) -> None:
    admin = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE)
    victim = given.staff(Role.FINANCE, Party.TOULOUSE)
    client = as_(victim)
    assert client.get("/profile").status_code == 200
    reply = as_(admin).post(f"/people/{victim.id}/disable", data={"reason": "has left"})
    assert reply.status_code == 302
    assert client.get("/profile").status_code == 302
    assert sign_in(client, victim.email).status_code == 422


def test_a_visitor_is_brought_back(client: FlaskClient, given: Given) -> None:
    reply = client.get("/profile/password?lang=fr")
    assert reply.headers["Location"] == "/sign-in?next=/profile/password?lang%3Dfr"
    reply = sign_in(client, given.applicant().email, next="/profile/password?lang=fr")
    assert reply.headers["Location"] == "/profile/password?lang=fr"


HOSTILE = [
    "//evil.example",
    "/\\evil.example",
    "/%09/evil.example",
    "////evil.example",
    "https:evil.example",
    "/\t/evil.example",
    "https://evil.example/profile",
    "javascript:alert(1)",
    "\\\\evil.example",
    "/%5cevil.example",
    "/profile/../../evil",
    "///evil.example",
    "http:///evil.example",
    "/%2f%2fevil.example",
    " //evil.example",
    "/sign-out",
    "/static/js/face.js",
    "//evil.example@localhost/profile",
    "/profile\r\nSet-Cookie: a=b",
    "%2f%2fevil.example",
    "/.evil.example",
    "?next=//evil",
]


@pytest.mark.parametrize("wish", HOSTILE)
def test_redirects_stay_on_this_site(app: Flask, given: Given, wish: str) -> None:
    """T25, H19. What a browser makes of each is judged by the journeys; here the target is one of our own paths."""
    person = given.applicant()
    location = sign_in(app.test_client(), person.email, next=wish).headers["Location"]
    assert location in {"/applications", "/profile"}


# --- links for a new password ----------------------------------------------------------------------


def test_reset_ends_everything_and_opens_nothing(client: FlaskClient, as_: As, given: Given, key_of: Any) -> None:
    person = given.applicant()
    elsewhere = as_(person)
    for email in (person.email, "nobody@example.org"):
        assert client.post("/reset", data={"email": email}).headers["Location"] == "/check-your-mail?about=reset"
    first = key_of(person.email, Purpose.RESET)
    client.post("/reset", data={"email": person.email})
    second = key_of(person.email, Purpose.RESET)
    assert client.post(f"/reset/{second}", data={"password": "short"}).status_code == 422

    reply = client.post(f"/reset/{second}", data={"password": OTHER})

    assert reply.headers["Location"] == "/sign-in"
    assert client.get("/profile").status_code == 302
    assert elsewhere.get("/profile").status_code == 302
    assert client.get(f"/reset/{first}").status_code == 404  # void after the change
    assert client.get(f"/reset/{second}").status_code == 404
    assert sign_in(client, person.email, PASSWORD).status_code == 422
    assert sign_in(client, person.email, OTHER).status_code == 302


def test_mails_to_one_address_are_limited(client: FlaskClient, given: Given, rows: Any) -> None:
    person = given.applicant()
    statuses = [client.post("/reset", data={"email": person.email}).status_code for _ in range(6)]
    assert statuses == [302] * 4 + [429] * 2
    assert len(rows(select(Message).where(Message.person_id == person.id))) == 4


def test_asking_for_a_reset_is_noted_whoever_is_meant(real: Flask) -> None:
    """T4: a known and an unknown address cost the same kind of work; the unknown one rests as a pseudonym."""
    known = Given(real).applicant()
    for email in (known.email, "nobody@example.org"):
        real.test_client().post("/reset", data={"email": email})
    with real.app_context():
        noted = db.session.scalars(select(Entry).where(Entry.action == "reset_requested").order_by(Entry.seq)).all()
    assert [entry.subject_type for entry in noted] == ["person", "address"]
    assert "nobody@example.org" not in str([vars(entry) for entry in noted])


def test_tokens_rest_as_hashes(client: FlaskClient, given: Given, rows: Any, key_of: Any) -> None:
    person = given.applicant()
    client.post("/reset", data={"email": person.email})
    key = key_of(person.email, Purpose.RESET)
    stored = rows(select(Token.token_hash).where(Token.person_id == person.id))
    assert stored == [tokens.fingerprint(key)]
    assert key not in str([m.facts for m in rows(select(Message).where(Message.person_id == person.id))])


# --- the own profile -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "fr"])
def test_profile(as_: As, given: Given, rows: Any, language: str) -> None:
    for person in (given.applicant(), given.staff(Role.OFFICE, Party.DUESSELDORF)):
        client = as_(person)
        assert client.get(f"/profile?lang={language}").status_code == 200
        data = {
            "title": "Dr.",
            "given_name": "Neu",
            "family_name": "Name",
            "address": "mr",
            "language": "fr",
            "phone": "0211 / 89 1",
        }
        assert client.post("/profile", data=data).status_code == 302
        assert client.post("/profile", data=data | {"family_name": ""}).status_code == 422
        row = rows(select(Person).where(Person.id == person.id))[0]
        assert (row.name, row.address, row.language, row.phone) == ("Dr. Neu Name", "mr", "fr", "0211 / 89 1")


def test_changing_the_password_keeps_only_this_session(as_: As, given: Given) -> None:
    person = given.applicant()
    here, elsewhere = as_(person), as_(person)
    assert here.get("/profile/password").status_code == 200
    assert here.post("/profile/password", data={"old": OTHER, "new": OTHER}).status_code == 422
    assert here.post("/profile/password", data={"old": PASSWORD, "new": "short"}).status_code == 422
    assert here.post("/profile/password", data={"old": PASSWORD, "new": OTHER}).status_code == 302
    assert [c.get("/profile").status_code for c in (here, elsewhere)] == [200, 302]


# --- people ----------------------------------------------------------------------------------------


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
        "roles": ["finance"],
    }

    assert as_(admin).post("/people/invite", data=data).status_code == 302

    person = rows(select(Person).where(Person.email == "neu@example.org"))[0]
    assert (person.name, person.party, person.roles) == ("Ina Neu", Party.TOULOUSE, {Role.FINANCE})
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
    colleague = given.staff(Role.OFFICE, Party.TOULOUSE)
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
    assert [(e.before, e.after) for e in last] == [({"roles": ["office"]}, {"roles": ["reviewer", "signatory"]})]


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


# --- what was typed survives the end of a session (D21) --------------------------------------------


def hidden_fields(page: str, form_action: str) -> dict[str, str]:
    form = page.split(f'action="{form_action}"', 1)[1].split("</form>", 1)[0]
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in found]
    return {name.group(1): html.unescape(value.group(1)) if value else "" for name, value in pairs if name}


def typed_too_late(app: Flask, given: Given, as_: As) -> tuple[Person, FlaskClient, dict[str, str]]:
    """A profile form posted after the session ended, and the hidden fields of the sign-in page that answers."""
    person = given.applicant()
    client = as_(person)
    with app.app_context():
        service.sign_out(db.session.get_one(Person, person.id), by=SYSTEM)
        db.session.commit()
    reply = client.post(
        "/profile",
        data={"given_name": "Zoë", "family_name": '"Z" <b>', "address": "mr", "language": "de", "phone": "1"},
    )
    assert reply.status_code == 403
    return person, client, hidden_fields(reply.get_data(as_text=True), "/sign-in")


def test_a_name_too_long_for_the_window_of_an_envelope_is_told_at_its_field(client: FlaskClient, app: Flask) -> None:
    long = {"title": "Univ.-Prof. Dr. Dr. h. c.", "given_name": "W" * 40, "family_name": "W" * 40}
    reply = client.post("/register?lang=de", data=registration(**long))
    assert reply.status_code == 422
    assert "zu lang für die Anschrift" in text(reply)
    fitting = {
        "given_name": "Karl-Theodor Maria Nikolaus",
        "family_name": "Freiherr von und zu Hohenlohe-Schillingsfürst",
    }
    assert client.post("/register", data=registration(**long | fitting)).status_code == 302


def test_typed_text_comes_back_after_signing_in_again(app: Flask, given: Given, as_: As, rows: Any) -> None:
    person, client, fields = typed_too_late(app, given, as_)

    reply = sign_in(client, person.email, **fields)
    assert reply.status_code == 200
    kept = hidden_fields(reply.get_data(as_text=True), "/profile")
    assert kept["family_name"] == '"Z" <b>'

    reply = client.post("/profile", data=kept)

    assert reply.status_code == 200  # shown again, not saved
    assert 'value="&#34;Z&#34; &lt;b&gt;"' in reply.get_data(as_text=True)
    assert rows(select(Person.name).where(Person.id == person.id)) == [person.name]


def test_typed_text_comes_back_to_its_author_only(app: Flask, given: Given, as_: As) -> None:
    _, client, fields = typed_too_late(app, given, as_)
    reply = sign_in(client, given.applicant().email, **fields)
    assert reply.status_code == 302
    assert "Zoë" not in reply.get_data(as_text=True)


def test_a_forged_form_does_not_come_back(app: Flask, given: Given, as_: As) -> None:
    person, client, fields = typed_too_late(app, given, as_)
    fields["kept"] = fields["kept"][:-4] + "AAAA"
    assert sign_in(client, person.email, **fields).status_code == 302


def test_passwords_do_not_come_back(app: Flask, given: Given, as_: As) -> None:
    person = given.applicant()
    client = as_(person)
    client.post("/sign-out")
    with client.session_transaction() as session:
        session["_user_id"] = "unknown"
    reply = client.post("/profile/password", data={"old": PASSWORD, "new": OTHER})
    assert reply.status_code == 302


def test_a_bare_button_is_not_pressed_again(app: Flask, given: Given, as_: As) -> None:
    admin, victim = given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF), given.applicant()
    client = as_(admin)
    with app.app_context():
        service.sign_out(db.session.get_one(Person, admin.id), by=SYSTEM)
        db.session.commit()
    reply = client.post(f"/people/{victim.id}/disable", data={"reason": "abuse"})
    assert reply.headers["Location"] == "/sign-in"


def test_htmx_is_told_instead_of_shown_a_page(client: FlaskClient) -> None:
    assert client.post("/profile", data={"family_name": "x"}, headers={"HX-Request": "true"}).status_code == 401


# --- headers ---------------------------------------------------------------------------------------


def test_signed_in_pages_are_not_stored(as_: As, given: Given) -> None:
    reply = as_(given.applicant()).get("/profile")
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Cookie" in reply.headers["Vary"]


def test_a_get_changes_nothing(as_: As, given: Given, app: Flask) -> None:
    """T26: looking at every page leaves people, roles, links and messages as they are."""
    admin, colleague = given.staff(Role.ADMINISTRATOR, Party.TOULOUSE), given.staff(Role.OFFICE, Party.TOULOUSE)

    def state() -> list[Any]:
        with app.app_context():
            return [
                db.session.execute(select(model.__table__).order_by(*model.__table__.primary_key)).all()
                for model in (Person, Token, Message)
            ]

    client, before = as_(admin), state()
    for path in ("/people", "/people/invite", f"/people/{colleague.id}", "/profile", "/profile/password", "/sign-in"):
        client.get(path)
    assert state() == before


# --- forged requests (T26) -------------------------------------------------------------------------


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """With the CSRF token asked for, as in production."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def csrf_of(reply: Any) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', reply.get_data(as_text=True))
    assert found
    return found.group(1)


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/reset", "/sign-out", "/profile", "/people/invite"])
def test_no_post_without_its_token(guarded: Flask, as_: As, given: Given, path: str) -> None:
    client = as_(given.staff(Role.ADMINISTRATOR, Party.TOULOUSE))
    assert client.post(path, data={"email": "a@example.org"}).status_code == 400
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, data={"csrf_token": csrf_of(client.get("/profile"))}, headers=cross).status_code == 403


def test_the_way_back_to_a_form_holds_with_tokens(guarded: Flask, as_: As, given: Given) -> None:
    """The token of the visitor's session dies with it; the form that waited gets a new one."""
    person = given.applicant()
    client = as_(person)
    token = csrf_of(client.get("/profile"))
    with guarded.app_context():
        service.sign_out(db.session.get_one(Person, person.id), by=SYSTEM)
        db.session.commit()
    typed = {"given_name": "Zoë", "family_name": "Roux", "address": "mr", "language": "de", "phone": ""}
    fields = hidden_fields(
        client.post("/profile", data=typed | {"csrf_token": token}).get_data(as_text=True), "/sign-in"
    )
    kept = hidden_fields(sign_in(client, person.email, **fields).get_data(as_text=True), "/profile")
    assert client.post("/profile", data=kept | {"csrf_token": token}).status_code == 400
    shown = client.post("/profile", data=kept)
    assert shown.status_code == 200
    assert client.post("/profile", data=typed | {"csrf_token": csrf_of(shown)}).status_code == 302
