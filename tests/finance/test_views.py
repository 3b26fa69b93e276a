"""The finance desk: own letters only, found by filter, fetched on record, in as few statements at 300 as at 30."""

import csv
import html
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grantflow.accounts.models import Person
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.letters.models import Download, Letter
from grantflow.letters.states import PRINTING, Channel, Kind
from grantflow.platform import jobs, storage
from grantflow.platform.db import db
from tests.counting import counted
from tests.given import Given
from tests.letters.samples import JUDO_CLUB, facts, issued

D, T = Party.DUESSELDORF, Party.TOULOUSE
As = Callable[[Person], FlaskClient]


def issue(app: Flask, party: Party = D, kind: Kind = Kind.AWARD, *, ready: bool = True, **changes: object) -> Letter:
    """A letter at the desk; printed with a few bytes of its own, because these tests are not about the press."""
    with app.app_context():
        made = facts(kind, party, **{"contact_language": party.language, **changes})
        (letter,) = issued(kind, made)
        if ready:
            content = b"%PDF-1.7 " + letter.register_number.encode()
            letter.digest, letter.byte_size, letter.pages = storage.put(content), len(content), 1
        db.session.commit()
        db.session.refresh(letter)
        db.session.expunge(letter)
        return letter


@pytest.fixture
def finance(given: Given, as_: As) -> FlaskClient:
    return as_(given.staff(Role.FINANCE, D))


def listed(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/finance/letters{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_desk_shows_its_own_letters_only(app: Flask, finance: FlaskClient) -> None:
    own, other = issue(app), issue(app, T, project_title="Fremd")
    page = listed(finance)
    assert own.register_number in page
    assert other.register_number not in page
    assert "Fremd" not in page
    assert "4.700,00" in page


def test_an_empty_desk_says_what_happens_next(given: Given, as_: As) -> None:
    page = listed(as_(given.staff(Role.FINANCE, Party.METROPOLE)))
    assert "Pas encore de décision." in page
    assert "/finance/letters/archive" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=égalité", {"Égalité en ville"}),
        ("?q=EGALITE+ville", {"Égalité en ville"}),
        ("?q=%25", set()),
        ("?q=_", set()),
        ("?kind=rejection", {"Ciné-Dialog"}),
        ("?kind=nonsense", {"Égalité en ville", "Ciné-Dialog", "Wartet"}),
        ("?status=queued", {"Wartet"}),
        ("?status=new", {"Égalité en ville", "Ciné-Dialog"}),
        ("?status=fetched", set()),
        ("?status=failed", set()),
        ("?after=nonsense", {"Égalité en ville", "Ciné-Dialog", "Wartet"}),
    ],
)
def test_filters(app: Flask, finance: FlaskClient, query: str, found: set[str]) -> None:
    titles = {"Égalité en ville", "Ciné-Dialog", "Wartet"}
    issue(app, project_title="Égalité en ville")
    issue(app, kind=Kind.REJECTION, project_title="Ciné-Dialog")
    issue(app, project_title="Wartet", ready=False)
    page = listed(finance, query)
    assert {title for title in titles if title in page} == found
    if not found:
        assert "Kein Bescheid passt zu diesem Filter." in page


def test_what_goes_by_post_says_so(app: Flask, finance: FlaskClient) -> None:
    """Somebody has to print and send it (D41)."""
    issue(app)
    assert "drucken und versenden" not in listed(finance)
    issue(app, channel=Channel.POST)
    assert listed(finance).count("drucken und versenden") == 1


def test_one_download(app: Flask, finance: FlaskClient) -> None:
    letter = issue(app)
    assert "neu" in listed(finance)
    answer = finance.get(f"/finance/letters/{letter.id}.pdf")
    assert answer.status_code == 200
    assert answer.data == b"%PDF-1.7 " + letter.register_number.encode()
    assert answer.mimetype == "application/pdf"
    assert (
        answer.headers["Content-Disposition"]
        == f"attachment; filename={letter.register_number}_Tatami-ohne-Grenzen.pdf"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with app.app_context():
        row = db.session.scalars(select(Download)).one()
        assert (row.letter_id, row.digest) == (letter.id, letter.digest)
        entry = db.session.scalars(select(Entry).where(Entry.action == "letter_downloaded")).one()
        assert entry.subject_id == str(letter.id)
    assert "geladen" in listed(finance)


def test_what_is_not_ones_own_does_not_exist(app: Flask, finance: FlaskClient) -> None:
    foreign = finance.get(f"/finance/letters/{issue(app, T).id}.pdf")
    missing = finance.get(f"/finance/letters/{uuid4()}.pdf")
    assert (foreign.status_code, missing.status_code) == (404, 404)


def test_not_printed_yet(app: Flask, finance: FlaskClient) -> None:
    letter = issue(app, ready=False)
    assert "wird erstellt" in listed(finance)
    assert f"/finance/letters/{letter.id}.pdf" not in listed(finance)
    assert finance.get(f"/finance/letters/{letter.id}.pdf").status_code == 409


def test_a_failure_is_shown_without_its_technical_reason(app: Flask, finance: FlaskClient) -> None:
    letter = issue(app, ready=False)
    with app.app_context():
        job = db.session.get_one(Letter, letter.id).job
        job.failed_at, job.last_error = clock.now(), "UndefinedError: x"
        db.session.commit()
    page = listed(finance, "?status=failed")
    assert "fehlgeschlagen" in page
    assert "UndefinedError" not in page


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.FINANCE, Role.APPLICANT}])
def test_other_roles_have_no_desk(app: Flask, given: Given, as_: As, role: Role) -> None:
    letter, client = issue(app), as_(given.staff(role, D))
    assert client.get("/finance/letters").status_code == 403
    assert client.post("/finance/letters/archive").status_code == 403
    one = client.get(f"/finance/letters/{letter.id}.pdf").status_code
    assert one == (403 if role in {Role.OFFICE, Role.SIGNATORY} else 404)


def test_visitors_and_applicants_stay_out(app: Flask, given: Given, as_: As, client: FlaskClient) -> None:
    letter = issue(app)
    assert client.get("/finance/letters").status_code == 302
    assert as_(given.applicant()).get("/finance/letters").status_code == 403
    assert as_(given.applicant()).get(f"/finance/letters/{letter.id}.pdf").status_code == 404


def unzip(data: bytes) -> tuple[list[list[str]], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    [index] = [name for name in files if name.endswith(".csv")]
    return list(csv.reader(io.StringIO(files.pop(index).decode("utf-8-sig")), delimiter=";")), files


def test_several_as_zip(app: Flask, finance: FlaskClient) -> None:
    one, two, three = issue(app), issue(app, kind=Kind.REJECTION), issue(app)
    other = issue(app, T)
    answer = finance.post(
        "/finance/letters/archive", data={"letter": [str(one.id), str(two.id), str(other.id), "nonsense"]}
    )
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert "attachment; filename=Bescheide-duesseldorf-" in answer.headers["Content-Disposition"]
    rows, files = unzip(answer.data)
    assert [row[1] for row in rows[1:]] == [one.register_number, two.register_number]
    assert set(files) == {one.file_name, two.file_name}
    with app.app_context():
        fetched = set(db.session.scalars(select(Download.letter_id)))
        assert fetched == {one.id, two.id}
        assert three.id not in fetched


def test_all_that_match_as_zip(app: Flask, finance: FlaskClient) -> None:
    award, rejection = issue(app), issue(app, kind=Kind.REJECTION)
    issue(app, kind=Kind.REJECTION, ready=False)
    rows, _ = unzip(finance.post("/finance/letters/archive", data={"all": "1", "kind": "rejection"}).data)
    assert [row[1] for row in rows[1:]] == [rejection.register_number]
    rows, _ = unzip(finance.post("/finance/letters/archive", data={"all": "1"}).data)
    assert [row[1] for row in rows[1:]] == [award.register_number, rejection.register_number]


def test_more_than_one_zip_holds_goes_back_with_the_filter(
    app: Flask, finance: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grantflow.finance.forms.MOST", 1)
    issue(app), issue(app)
    answer = finance.post("/finance/letters/archive", data={"all": "1", "kind": "award"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/finance/letters?kind=award")
    assert "höchstens 1 Bescheide" in finance.get(answer.headers["Location"]).text
    with app.app_context():
        assert db.session.scalars(select(Download.letter_id)).all() == []


def test_nothing_ticked_goes_back_with_the_filter(app: Flask, finance: FlaskClient) -> None:
    issue(app)
    answer = finance.post("/finance/letters/archive", data={"kind": "award", "q": "Tatami"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/finance/letters?kind=award&q=Tatami"
    assert "Bitte wählen Sie mindestens einen fertigen Bescheid aus." in finance.get(answer.headers["Location"]).text


def test_archive_is_no_get(finance: FlaskClient) -> None:
    assert finance.get("/finance/letters/archive").status_code == 405


def many(app: Flask, count: int) -> None:
    """Rows beside the real verb: a page's statements depend on their number, not on how they came about."""
    sample = issue(app)
    with app.app_context():
        columns = {c.key: getattr(sample, c.key) for c in Letter.__table__.columns if c.key != "id"}
        now = clock.now()
        db.session.add_all(
            Letter(
                **{
                    **columns,
                    "key": uuid4().hex,
                    "register_number": f"D-2027-{n:04d}",
                    "created_at": now - timedelta(minutes=n),
                    "job_id": None,
                },
                job=jobs.Job(name=PRINTING, key=uuid4().hex, queue=jobs.LETTERS),
            )
            for n in range(1, count)
        )
        db.session.commit()


def test_as_few_statements_at_300_as_at_30(app: Flask, finance: FlaskClient) -> None:
    many(app, 30)
    listed(finance)
    with counted() as few:
        page = listed(finance)
    assert len(numbers(page)) == 30
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Letter))
        sample = db.session.scalars(select(Letter).limit(1)).one()
        columns = {c.key: getattr(sample, c.key) for c in Letter.__table__.columns if c.key != "id"}
        db.session.add_all(
            Letter(
                **{
                    **columns,
                    "key": uuid4().hex,
                    "register_number": f"D-2028-{n:04d}",
                    "created_at": clock.now() - timedelta(hours=n),
                    "job_id": None,
                },
                job=jobs.Job(name=PRINTING, key=uuid4().hex, queue=jobs.LETTERS),
            )
            for n in range(300 - (before or 0))
        )
        db.session.commit()
    with counted() as lots:
        page = listed(finance, "?q=tatami&kind=award&status=new")
    assert lots.sql <= 8
    assert lots.rows <= 120
    assert lots.sql == few.sql
    assert len(page) <= 60_000


def test_pages_follow_each_other_both_ways(app: Flask, finance: FlaskClient) -> None:
    many(app, 120)
    seen: list[str] = []
    address: str | None = "/finance/letters?q=tatami"
    pages = []
    while address:
        page = finance.get(address).get_data(as_text=True)
        pages.append(numbers(page))
        seen += numbers(page)
        address = neighbour(page, "next")
    assert len(seen) == len(set(seen)) == 120
    assert [len(numbers_) for numbers_ in pages] == [40, 40, 40]
    back = neighbour(page, "prev")
    assert back is not None
    assert numbers(finance.get(back).get_data(as_text=True)) == pages[1]


def numbers(page: str) -> list[str]:
    return re.findall(r'<th scope="row">(D-\d{4}-\d{4})', page)


def neighbour(page: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return html.unescape(found[1]) if found else None


def test_persons_text_stays_text(app: Flask, finance: FlaskClient) -> None:
    issue(app, project_title="<b>x</b>{{7*7}}", recipient=replace(JUDO_CLUB, organisation="<script>alert(1)</script>"))
    page = listed(finance)
    assert "&lt;b&gt;x&lt;/b&gt;{{7*7}}" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("language", ["de", "fr"])
def test_no_english_on_the_page(app: Flask, finance: FlaskClient, language: str) -> None:
    issue(app)
    page = listed(finance, f"?lang={language}")
    words = ["Register number", "Recipient", "Released", "Kind of letter", "All as ZIP", "being made"]
    assert not [word for word in words if word in page]
