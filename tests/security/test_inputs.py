"""T20, T25, T26, T27: only declared fields, only our own pages, only our own forms, and never a crash."""

import re
import string
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, update

from grantflow.calls.models import Envelope
from tests.conftest import opened

from .crawl import Page, Pages, cast
from .matrix import subjects
from .sending import Sendable, change, columns, forms, pairs, rows
from .world import OTHER, VISITOR, World


@pytest.fixture(scope="module")
def sendable(world: World, crawled: dict[str, Pages]) -> list[Sendable]:
    return forms(world, crawled)


def test_every_form_is_found(world: World, sendable: list[Sendable]) -> None:
    """Every route that takes a POST is on some page as a form, but for those that only a link in a mail leads to."""
    adapter = world.app.url_map.bind("localhost")
    reached = {adapter.match(form.action, method="POST")[0] for form in sendable}
    taking = {rule.endpoint for rule in world.app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    by_mail = {"accounts.confirm", "accounts.reset", "accounts.accept", "accounts.confirm_address"}
    halfway = {"accounts.second_step", "accounts.set_up"}
    # A partner that has withdrawn, like somebody disabled, is not in this world; here everybody has just been proved.
    elsewhere = {
        "demo.switch",
        "accounts.prove",
        "applications.confirm",
        "accounts.enable",
        "accounts.invite_again",
        "decisions.renew",
        # Below, on its own: money that is announced only keeps everybody else here from signing.
        "decisions.release_budget",
        # The one draft there is was put before those who sign; nobody has signed it, and nothing overtook it.
        "releases.offer",
        "releases.take_back",
        "releases.rebase",
    }
    assert taking - reached - by_mail - halfway <= elsewhere


def test_nothing_but_declared_fields_is_read(world: World, sendable: list[Sendable]) -> None:
    """T20: posting every column of every model along leaves exactly the rows that the form alone leaves."""
    with world.undone() as connection:
        before = rows(connection)
        wrote = {form.kind for form in sendable if smuggle(world, connection, before, form) in {302, 303}}
    assert len(wrote) > 25, wrote


def test_nothing_comes_in_with_a_budget(world: World) -> None:
    """The same of the one form that this world has no page for: all its money is released."""
    url = f"/decisions/envelopes/{world.landmarks['envelope']}/release"
    with world.undone() as connection:
        connection.execute(update(Envelope).where(Envelope.id == world.landmarks["envelope"]).values(is_released=False))
        who = "signatory D"
        reply = world.client(world.people[who]).get(url)
        page = Page(reply.status_code, reply.headers, reply.get_data())
        found = forms(world, {reader: {url: page} if reader == who else {} for reader in cast(world)})
        (form,) = (form for form in found if form.action == url)
        assert smuggle(world, connection, rows(connection), form) == 302


def smuggle(world: World, connection: Connection, before: set[tuple[str, str]], form: Sendable) -> int:
    """Send ``form`` as it is, and with every column beside it; returns how it was answered."""
    more = [(name, value) for name, value in columns().items() if name not in form.declared]
    written = []
    for values in (form.values, (*form.values, *more)):
        savepoint = connection.begin_nested()
        reply = world.client(form.email).post(form.action, data=pairs(values))
        written.append((reply.status_code, change(before, rows(connection))))
        savepoint.rollback()
    assert written[0] == written[1], form
    assert reply.status_code < 500, form
    return reply.status_code


# --- T26 -----------------------------------------------------------------------------------------


def unsafe(world: World) -> Iterator[tuple[str, str]]:
    known = subjects(world)
    adapter = world.app.url_map.bind("localhost")
    for rule in world.app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            arguments = known[rule.endpoint][0].arguments if rule.arguments else {}
            yield method, str(adapter.build(rule.endpoint, arguments))


def test_no_form_without_its_token(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in included; nothing is written."""
    monkeypatch.setitem(world.app.config, "WTF_CSRF_ENABLED", True)
    with world.undone() as connection:
        before = world.digest(connection)
        for email in (None, world.people["administrator D"]):
            for method, url in unsafe(world):
                for token in ({}, {"csrf_token": ""}, {"csrf_token": "IjAi.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"}):
                    assert world.client(email).open(url, method=method, data=token).status_code == 400, (method, url)
        assert world.digest(connection) == before


def test_no_form_with_the_token_of_another_session(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """T26: sound in itself, made by us a moment ago, but for somebody else, or for the same person elsewhere."""
    monkeypatch.setitem(world.app.config, "WTF_CSRF_ENABLED", True)
    token = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
    with world.undone() as connection:
        mine = world.people["administrator D"]
        pages = [
            world.client(None).get("/sign-in").text,
            world.client(world.people["office T"]).get("/profile").text,
            world.client(mine).get("/profile").text,
        ]
        foreign = {found.group(1) for found in map(token.search, pages) if found}
        assert len(foreign) == 3
        own = world.client(mine)
        assert own.get("/profile").status_code == 200
        before = world.digest(connection)
        for method, url in unsafe(world):
            for other in foreign:
                assert own.open(url, method=method, data={"csrf_token": other}).status_code == 400, (method, url)
        assert world.digest(connection) == before


def test_no_form_from_another_site(world: World) -> None:
    with world.undone():
        for method, url in unsafe(world):
            reply = world.client(world.people[OTHER]).open(url, method=method, headers={"Sec-Fetch-Site": "cross-site"})
            assert reply.status_code == 403, url


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_not_known(world: World, method: str) -> None:
    with world.undone():
        for url in ("/", "/sign-in", f"/applications/{world.files['draft D'].id}"):
            assert world.client(world.people[OTHER]).open(url, method=method).status_code == 405


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override"])
def test_a_method_cannot_be_smuggled(world: World, header: str) -> None:
    with world.undone():
        reply = world.client(world.people[OTHER]).get("/profile?_method=POST", headers={header: "POST"})
    assert reply.status_code == 200


# --- T25 -----------------------------------------------------------------------------------------

ELSEWHERE = (
    *(
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
    ),
    *("/%09/evil.example", "/\t/evil.example", "/\n/evil.example", "%2f%2fevil.example", "/%2f/evil.example"),
    *("/%5cevil.example", "https:evil.example", "https:/evil.example", "https://evil.example", "HTTPS://EVIL.EXAMPLE"),
    *("javascript:alert(1)", "data:text/html,x", "//evil.example@localhost", "http://localhost@evil.example"),
    *(
        "http://localhost.evil.example",
        "http://[::1",
        "//[",
        "/.//evil.example",
        "/..//evil.example",
        "/;@evil.example",
    ),
    *(
        "http://evil.example\\@localhost/",
        "/calls/..//evil.example",
        "/calls//evil.example",
        " //evil.example",
        "\x01//e",
    ),
    *(
        "/sign-out",
        "/static/css/tokens.css",
        "/nowhere",
        "",
        "/\r\nLocation: https://evil.example",
        "/calls/%0d%0aX: y",
    ),
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_sent_elsewhere(world: World, wanted: str) -> None:
    """As a browser reads it: tabs and line ends dropped, backslashes turned, then joined to our address."""
    with world.undone():
        client = world.client(world.people[OTHER])
        for reply in (client.get("/sign-in", query_string={"next": wanted}),):
            assert reply.status_code == 302
            target = reply.headers["Location"]
            read = "".join(c for c in target if c not in "\t\r\n").replace("\\", "/")
            assert urlsplit(urljoin("http://localhost/sign-in", read)).netloc == "localhost", target
            assert "evil" not in urlsplit(urljoin("http://localhost/", read)).netloc
            assert client.get(target).status_code in {200, 302, 404}


def test_one_comes_back_to_ones_own_page(world: World) -> None:
    with world.undone():
        client = world.client(world.people[OTHER])
        for wanted in ("/profile", "/applications/new?call=27-1"):
            assert client.get("/sign-in", query_string={"next": wanted}).headers["Location"] == wanted


# --- T27 -----------------------------------------------------------------------------------------

ODD = (
    *("\0", "%", "_", "%%%", "'", '"', "\\", "'; DROP TABLE person; --", "' OR '1'='1", "\ud800", "\u202e", "🙂" * 500),
    *("0", "-1", "1", "9" * 30, "9" * 5000, "1e999", "NaN", "inf", "-0", "٣", "0x10", "1.5", " ", "\n", "\r\n"),
    *("2027-01-01T00:00:00+00:00~00000000-0000-4000-8000-000000000000", "2027-01-01~x", "~", "~~~~", "~" * 900),
    *("0001-01-01T00:00:00+14:00~00000000-0000-4000-8000-000000000000", "9999-12-31T23:59:59-14:00~" + "0" * 32),
    *("2027-01-01T00:00:00~00000000-0000-4000-8000-000000000000", "1~00000000-0000-4000-8000-000000000000~1~1~1"),
    *("NaN~00000000-0000-4000-8000-000000000000~1~1~1", "1e99~" + "0" * 32 + "~1~1~1", "1~" + "0" * 32 + "~9~9~1"),
    *("00000000-0000-4000-8000-000000000000", "{" + "0" * 32 + "}", "==", "AAAA====", "{{7*7}}", "${7*7}", "../../etc"),
    *("x" * 6000, "duesseldorf", "de", "office", "award", "new", "submitted", "german", "3", "staff", "27-1"),
)
PARAMETERS = (
    *("after", "before", "q", "who", "what", "action", "role", "group", "call", "kind", "status", "state", "side"),
    *("category", "in", "next", "lang", "about", "_language", "_scheme", "_external", "_anchor", "_method", "endpoint"),
    *("self", "id", "letter_id", "values", "person_id", "code", "party", "page", "sort"),
)
LISTS = {
    "administrator T": ("/audit/", "/people"),
    "office D": ("/staff/applications", "/decisions/ranking", "/review/to-assign"),
    "finance M": ("/finance/letters",),
    "reviewer D": ("/review/",),
    OTHER: ("/applications/new",),
    VISITOR: ("/", "/calls/27-1", "/sign-in", "/check-your-mail", "/nowhere"),
}


@pytest.mark.parametrize("who", LISTS)
def test_no_parameter_crashes_a_page(world: World, who: str) -> None:
    """Every odd value in every parameter, known or not; a page or a plain refusal answers."""
    with world.undone():
        client = world.client(world.people[who] if who in world.people else cast(world)[who])
        for url in LISTS[who]:
            for odd in ODD:
                text = odd.encode("utf-8", "surrogatepass")
                for names in (PARAMETERS, PARAMETERS[:1]) if "~" in odd else (PARAMETERS,):
                    reply = client.get(url, query_string=_query(names, text))
                    assert reply.status_code in {200, 302, 400, 403, 404, 414}, (url, odd, names)


def _query(names: tuple[str, ...], value: bytes) -> str:
    from urllib.parse import quote_from_bytes

    return "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name in names)


@pytest.mark.parametrize("odd", [*ODD[:12], *ODD[-16:-11], "..", ".", "%2e%2e", "a/b", "\\..\\", "con", "x" * 300])
def test_no_piece_of_an_address_crashes_a_page(world: World, odd: str) -> None:
    from urllib.parse import quote_from_bytes

    piece = quote_from_bytes(odd.encode("utf-8", "surrogatepass"), safe="")
    file = world.files["draft D"]
    proposal = world.files["proposed D"].proposal
    with world.undone():
        for who, url in (
            (None, f"/calls/{piece}"),
            (None, f"/confirm/{piece}"),
            (None, f"/reset/{piece}"),
            (None, f"/invitation/{piece}"),
            (None, f"/demo/mailbox/{piece}"),
            (None, f"/static/{piece}"),
            (file.contact, f"/applications/{file.id}/{piece}"),
            (file.contact, f"/applications/{piece}"),
            (world.people["office D"], f"/decisions/{proposal}/letters/{piece}"),
            (world.people["finance D"], f"/finance/letters/{piece}.pdf"),
        ):
            assert world.client(who).get(url).status_code in {200, 302, 308, 400, 404}, url


NASTY = st.one_of(
    st.sampled_from([*ODD[:-6], "<script>alert(1)</script>", "31.02.2027", "99.99.9999", "1.234,56", "-5", "1" * 20]),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=60),
    st.text(alphabet=string.printable, max_size=200),
    st.integers().map(str),
)


def test_no_form_crashes(world: World, sendable: list[Sendable]) -> None:
    """Any words in any fields of any form: a page, a refusal, never a crash."""

    @settings(
        max_examples=200,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        form = data.draw(st.sampled_from(sendable))
        names = sorted(form.names | {"action", "remove", "_language"})
        spoiled = data.draw(st.dictionaries(st.sampled_from(names), NASTY, min_size=1, max_size=4))
        values = [(name, value) for name, value in form.values if name not in spoiled]
        values += [(n, v.encode("utf-8", "replace").decode()) for n, v in spoiled.items()]
        savepoint = connection.begin_nested()
        reply = world.client(form.email).post(form.action, data=pairs(values))
        savepoint.rollback()
        assert reply.status_code < 500, (form.action, spoiled)

    with world.undone() as connection:
        send()


def test_every_field_alone_may_be_nonsense(world: World, sendable: list[Sendable]) -> None:
    """One field at a time is missing, or holds a NUL and a number too large for any column, by turns."""
    with world.undone() as connection:
        for form in sendable:
            for turn, name in enumerate(sorted(form.names)):
                values = [pair for pair in form.values if pair[0] != name]
                values += [(name, "\0" + "9" * 30)] if turn % 2 else []
                savepoint = connection.begin_nested()
                reply = world.client(form.email).post(form.action, data=pairs(values))
                savepoint.rollback()
                assert reply.status_code < 500, (form.action, name)


#: Menus on the page of something else: a sentence on a page of its own answers.
ANSWERED_ELSEWHERE = {("/review/ID/assignments", "reviewer"), ("/review/ID/third", "reviewer")}


def test_a_choice_that_is_not_offered_is_refused_at_its_field(world: World, sendable: list[Sendable]) -> None:
    """Every menu, radio button and box of every form: 422, the reason at the field, and nothing is written."""
    tried = set()
    with world.undone() as connection:
        for form in sendable:
            for name in sorted(form.choices):
                values = [pair for pair in form.values if pair[0] != name] + [(name, "no-such-choice")]
                savepoint = connection.begin_nested()
                reply = world.client(form.email).post(form.action, data=pairs(values))
                savepoint.rollback()
                assert reply.status_code == 422, (form.action, name, reply.status_code)
                at_field = f'id="{name}-error"' in reply.text
                assert at_field or (form.kind, name) in ANSWERED_ELSEWHERE, (form.action, name)
                tried.add((form.kind, name))
    assert len(tried) > 25, tried


def test_bodies_that_are_no_form(world: World) -> None:
    with world.undone():
        for method, url in unsafe(world):
            for kind, body in (
                ("application/json", b'{"a": 1}'),
                ("text/xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
                ("multipart/form-data", b"no boundary"),
                ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
                ("application/x-www-form-urlencoded", b"%ff%fe=%00&&&=;;"),
            ):
                client = world.client(world.people["administrator D"])
                reply = client.open(url, method=method, data=body, content_type=kind)
                assert reply.status_code < 500, (url, kind)
        huge = world.client(None).post("/sign-in", data={"email": "x" * 2_000_000})
        many = world.client(None).post("/sign-in", data={f"f{n}": "" for n in range(5000)})
        assert (huge.status_code, many.status_code <= 422) == (413, True)


@pytest.mark.parametrize("row", ["²", "٣", "9" * 5000, "-1", "", "0x1"])
def test_rows_with_odd_numbers(world: World, row: str) -> None:
    """WTForms counts the rows of a table by the posted names; ``int`` does not read all that ``isdigit`` lets pass."""
    draft = world.files["draft D"]
    with world.undone():
        client = world.client(draft.contact)
        step = f"/applications/{draft.id}/budget"
        budget = client.post(step, data={f"costs-{row}-cents": "1", **opened(client, step)})
        people = client.post("/organisations/new", data={f"people-{row}-name": "Ada"})
    assert (budget.status_code, people.status_code) == (302, 422)
