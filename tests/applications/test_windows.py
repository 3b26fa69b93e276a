"""Two writers of one file, or two tabs of one: nothing is overwritten silently, and nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select

from grantflow.accounts.models import Person
from grantflow.applications import service
from grantflow.applications.models import Application, VersionChange
from grantflow.applications.states import LineKind, State, StepName
from grantflow.kernel import clock
from grantflow.kernel.errors import Clash
from grantflow.letters.states import Channel
from grantflow.organisations.states import MemberRole
from grantflow.platform.db import db
from grantflow.platform.saving import TOGETHER, Seen
from tests.counting import counted
from tests.given import Given, written

As = Callable[[Person], FlaskClient]


class Tab:
    """A page of a file, as it was opened."""

    def __init__(self, client: FlaskClient, path: str) -> None:
        self.client, self.path = client, path
        self.read(client.get(path).text)

    def read(self, page: str) -> None:
        """What the page's form holds, with what stands beside it and belongs to it."""
        document = html.fromstring(page)
        (form,) = (form for form in document.forms if "seen" in form.fields)
        self.fields: dict[str, Any] = {}
        for name, value in form.form_values():
            self.fields.setdefault(name, []).append(value.strip())
        for field in document.xpath("//input[@type='hidden'][@form='page-form']"):
            self.fields[field.get("name")] = field.get("value")

    def save(self, action: str = "save", **typed: Any) -> Any:
        self.fields |= typed
        return self.client.post(self.path, data=self.fields | {"action": action})

    def line(self, text: str) -> str:
        """The name of the line that says so."""
        return next(name.rpartition("-")[0] for name, value in self.fields.items() if value == [text])


class Desk:
    """A file with two colleagues who may both write it."""

    def __init__(self, given: Given, as_: As, state: State = State.DRAFT) -> None:
        self.given, self.as_ = given, as_
        self.lea = given.applicant()
        self.file = given.application(state, by=self.lea)
        self.tom = given.colleague(self.file.lead, MemberRole.EDITOR)

    def tab(self, step: str, by: Person | None = None) -> Tab:
        return Tab(self.as_(by or self.lea), f"/applications/{self.file.id}/{step}")

    @property
    def sent(self) -> Any:
        return self.given.reload(self.file.id).sent

    @property
    def version(self) -> Any:
        return written(self.given.reload(self.file.id))


@pytest.fixture
def desk(given: Given, as_: As) -> Desk:
    return Desk(given, as_)


def test_two_tabs_on_one_step_both_survive(desk: Desk) -> None:
    """A fills six fields, B one field of an older page."""
    a, b = desk.tab("project"), desk.tab("project")
    six = {"title": "Neuer Titel", "summary": "Neu.", "why_two_cities": "Darum.", "encounter": "So.", "places": "Hier"}
    assert a.save(**six, theme="sport").status_code == 302
    assert b.save(success="Daran.").status_code == 302
    saved = desk.version
    assert (saved.title, saved.summary, saved.places) == ("Neuer Titel", "Neu.", "Hier")
    answers = {code: saved.answer(code) for code in ("why_two_cities", "encounter", "success")}
    assert answers == {"why_two_cities": "Darum.", "encounter": "So.", "success": "Daran."}
    said = b.client.get(b.path).text
    assert "an anderer Stelle geändert wurde, seit Sie diese Seite geöffnet haben" in said
    assert "Was ist geplant?" in said


def test_both_texts_come_back_to_choose_from(desk: Desk) -> None:
    a, b = desk.tab("project"), desk.tab("project", desk.tom)
    a.save(summary="Von Lea.")
    refused = b.save(summary="Von Tom.", success="Auch von Tom.")
    assert refused.status_code == 409
    assert desk.version.summary == "Von Lea."
    for said in ("Von Lea.", "Von Tom.", "Auch von Tom.", f"Gespeichert von {desk.lea.name}"):
        assert said in refused.text
    b.read(refused.text)
    assert b.save().status_code == 409  # nothing is decided before somebody has chosen
    assert b.save(**{"choice.summary": "both"}).status_code == 302
    assert (desk.version.summary, desk.version.answer("success")) == ("Von Lea.\n\nVon Tom.", "Auch von Tom.")


@pytest.mark.parametrize(("choice", "stands"), [("mine", "Von Tom."), ("theirs", "Von Lea.")])
def test_the_text_that_was_chosen_stays(desk: Desk, choice: str, stands: str) -> None:
    a, b = desk.tab("project"), desk.tab("project", desk.tom)
    a.save(summary="Von Lea.")
    b.read(b.save(summary="Von Tom.").text)
    assert b.save(**{"choice.summary": choice}).status_code == 302
    assert desk.version.summary == stands


@pytest.mark.parametrize(
    ("again", "status"), [({"_language": "fr"}, 200), ({"title": "x" * 121}, 422)], ids=["other language", "an error"]
)
def test_what_is_to_be_chosen_stays_on_a_page_shown_for_another_reason(
    desk: Desk, again: dict[str, str], status: int
) -> None:
    a, b = desk.tab("project"), desk.tab("project", desk.tom)
    a.save(summary="Von Lea.", places="Dort")
    b.read(b.save(summary="Von Tom.", places="Hier").text)
    shown = b.client.post(b.path, data=b.fields | {"action": "save", "choice.summary": "mine"} | again)
    assert shown.status_code == status
    for text in ("Von Lea.", "Von Tom.", "Hier", "Dort"):
        assert text in shown.text
    assert html.fromstring(shown.text).xpath("//input[@type='radio'][@checked]/@name") == ["choice.summary"]
    assert desk.version.summary == "Von Lea."
    b.read(shown.text)
    choices = {"choice.summary": "mine", "choice.places": "theirs"}
    assert b.save(title="Kurz", **choices).status_code == 302
    assert (desk.version.summary, desk.version.places) == ("Von Tom.", "Dort")


def test_what_is_to_be_chosen_stays_while_lines_are_added(desk: Desk) -> None:
    """And what cannot be read is shown as it was typed, never as nothing."""
    a, b = desk.tab("budget"), desk.tab("budget", desk.tom)
    amounts = ("requested", f"{a.line(desk.version.lines[0].description)}-cents")
    a.save(**dict.fromkeys(amounts, "9.000,00"))
    b.read(b.save(**dict.fromkeys(amounts, "8.000,00")).text)
    shown = b.save("add-costs", **dict.fromkeys(amounts, "achttausend"))
    assert shown.status_code == 200
    sides = html.fromstring(shown.text).xpath("//p[contains(@class, 'dispute__text')]/text()")
    assert sorted(sides) == ["9.000,00", "9.000,00\u00a0€", "achttausend", "achttausend"]


def test_a_choice_about_a_text_that_has_changed_again_is_asked_for_anew(desk: Desk) -> None:
    a, b = desk.tab("project"), desk.tab("project", desk.tom)
    a.save(summary="Von Lea.")
    b.read(b.save(summary="Von Tom.").text)
    a.save(summary="Von Lea, anders.")
    shown = b.save(**{"choice.summary": "theirs"})
    assert shown.status_code == 409
    assert not html.fromstring(shown.text).xpath("//input[starts-with(@name, 'choice.')][@checked]")
    assert desk.version.summary == "Von Lea, anders."


def test_how_acts_arrive_is_a_save_wherever_it_is_chosen(desk: Desk) -> None:
    """Whoever sends has seen it: the page of its own counts like the step."""
    check = desk.tab("check")
    other = desk.as_(desk.lea)
    assert other.post(f"/applications/{desk.file.id}/channel", data={"channel": "post"}).status_code == 302
    refused = check.save("send")
    assert refused.status_code == 409
    assert "Per Post" in refused.text
    check.read(refused.text)
    assert check.save("send").status_code == 302
    assert desk.given.reload(desk.file.id).channel is Channel.POST


def test_lines_are_merged_by_key_and_column(desk: Desk) -> None:
    before = {line.key for line in desk.version.lines}
    a, b = desk.tab("budget"), desk.tab("budget", desk.tom)
    cost = next(name for name in a.fields if re.fullmatch(r"costs-\d-description", name)).rpartition("-")[0]
    a.save(**{f"{cost}-description": "Bahn, zweite Klasse"})
    b.save(**{f"{cost}-cents": "5.000,00", "other_public_funding": "Land NRW"})
    line = next(its for its in desk.version.lines if its.kind is LineKind.COST)
    assert (line.description, line.cents) == ("Bahn, zweite Klasse", 500_000)
    assert desk.version.eligible_cents == sum(x.cents for x in desk.version.lines if x.kind is LineKind.COST)
    assert {its.key for its in desk.version.lines} == before


def test_deleting_a_line_that_a_colleague_edited_is_asked_about(desk: Desk) -> None:
    a, b = desk.tab("budget"), desk.tab("budget", desk.tom)
    kept = next(its for its in desk.version.lines if its.kind is LineKind.INCOME)
    row = a.line(kept.description)
    a.save(**{f"{row}-cents": "1,00"})
    b.fields = {name: value for name, value in b.fields.items() if not name.startswith(f"{row}-")}
    refused = b.save()
    assert refused.status_code == 409
    assert "Nichts: leer oder gelöscht" in refused.text
    assert kept.description in refused.text
    b.fields["offered"] = html.fromstring(refused.text).xpath("//input[@name='offered']/@value")[0]
    assert b.save(**{f"choice.line.{kept.key}": "theirs"}).status_code == 302
    assert next(its for its in desk.version.lines if its.key == kept.key).cents == 100


def test_a_base_that_is_gone_counts_as_a_conflict(given: Given, as_: As, desk: Desk) -> None:
    """The page was opened before the file was sent, and comes after it was returned."""
    old = desk.tab("project")
    with given.session():
        file = db.session.get_one(Application, desk.file.id)
        service.submit(file, by=db.session.get_one(Person, desk.lea.id))
        service.return_(file, reason="Bitte ergänzen.", by=given.office(file.lead_side))
    refused = old.save(summary="Von damals.")
    assert refused.status_code == 409
    assert "Von damals." in refused.text
    assert desk.version.summary != "Von damals."
    assert desk.tab("project").save(summary="Von jetzt.").status_code == 302


def test_the_colleague_who_saves_while_one_sends(desk: Desk) -> None:
    """Sending names the revision it saw: a newer one leads back to the check with the difference."""
    check, other = desk.tab("check"), desk.tab("project", desk.tom)
    before = desk.version.summary
    other.save(summary="Im letzten Augenblick.")
    refused = check.save("send")
    assert refused.status_code == 409
    assert desk.given.reload(desk.file.id).state is State.DRAFT
    for said in (before, "Im letzten Augenblick.", desk.tom.name, "Es ist noch nichts eingereicht"):
        assert said in refused.text
    check.read(refused.text)
    assert check.save("send").status_code == 302
    assert desk.sent.summary == "Im letzten Augenblick."


def test_whoever_sends_without_saying_what_they_saw_is_shown_all(desk: Desk) -> None:
    refused = desk.as_(desk.lea).post(f"/applications/{desk.file.id}/check", data={"action": "send"})
    assert refused.status_code == 409
    assert desk.version.summary in refused.text
    assert desk.given.reload(desk.file.id).state is State.DRAFT


def test_a_save_that_arrives_after_sending_loses_no_words(desk: Desk) -> None:
    tabs = [desk.tab(step) for step in ("project", "budget", "check")]
    desk.tab("check").save("send")
    words = {"project": {"summary": "Zu spät."}, "budget": {"other_public_funding": "Zu spät."}, "check": {}}
    for tab, typed in zip(tabs, words.values(), strict=True):
        late = tab.save(**typed)
        assert late.status_code == 409
        assert ("Zu spät." in late.text) == bool(typed)
        assert f'href="/applications/{desk.file.id}"' in late.text
    assert desk.sent.summary != "Zu spät."


def test_whoever_goes_back_and_saves_again_meets_nobody(desk: Desk) -> None:
    """The browser's own way back shows the page as it was opened."""
    tab = desk.tab("project")
    for text in ("Eins.", "Zwei.", "Drei."):
        assert tab.save(summary=text).status_code == 302
    assert desk.version.summary == "Drei."
    budget = desk.tab("budget")
    count = len(desk.version.lines)
    typed = {"costs-9-type": "travel", "costs-9-side": "german", "costs-9-key": ""}
    for text in ("Bus", "Bus und Bahn"):
        assert budget.save(**typed, **{"costs-9-description": text, "costs-9-cents": "10"}).status_code == 302
    assert len(desk.version.lines) == count + 1


def changes(step: StepName) -> int:
    its = select(func.count()).select_from(VersionChange).where(VersionChange.part == step)
    return db.session.scalar(its) or 0


def test_changes_are_coalesced_by_person_and_ten_minutes(given: Given, desk: Desk) -> None:
    """What filled the file in was Lea, too, and just now."""
    desk.tab("project").save(summary="Eins.")
    desk.tab("project").save(summary="Zwei.")
    with given.session():
        assert changes(StepName.PROJECT) == 1
    desk.tab("project", desk.tom).save(summary="Drei.")
    desk.tab("project").save(summary="Vier.")
    with given.session():
        assert changes(StepName.PROJECT) == 3
        later = {"starts_on": None, "ends_on": None}
        with clock.frozen(clock.now() + TOGETHER):
            service.save_answers(own(desk), StepName.DATES, later, by=db.session.get_one(Person, desk.lea.id))
        assert changes(StepName.DATES) == 2


def own(desk: Desk) -> Application:
    return db.session.get_one(Application, desk.file.id)


def test_thirty_days_after_sealing_nobody_knows_how_it_came_about(given: Given, desk: Desk) -> None:
    with given.session():
        service.submit(own(desk), by=db.session.get_one(Person, desk.lea.id))
        for days, kept in ((29, 1), (31, 0)):
            with clock.frozen(clock.now() + timedelta(days=days)):
                service.forget_changes()
            assert changes(StepName.DATES) == kept


def test_a_save_costs_the_same_at_1_and_at_50_revisions(given: Given, desk: Desk) -> None:
    found = []
    with given.session():
        file, start = own(desk), desk.version.revision
        people = [db.session.get_one(Person, person.id) for person in (desk.lea, desk.tom)]
        for count in range(50):
            values = {"starts_on": None, "ends_on": None if count % 2 else clock.today()}
            with counted() as cost:
                seen = Seen(start + count, "x")
                service.save_answers(file, StepName.DATES, values, seen=seen, by=people[count % 2])
            found.append(cost.sql)
        assert desk.version.revision == start + 50
        late = {"starts_on": None, "ends_on": clock.today().replace(year=2030)}
        with counted() as cost, pytest.raises(Clash):  # forty-nine changes back: they are read with the rest
            service.save_answers(file, StepName.DATES, late, seen=Seen(start + 1, "y"), by=people[0])
        assert cost.sql < found[-1]
    # In one transaction, the first save of each also finds out what they may do.
    assert found[2:4] == found[-2:]
    assert max(found) == found[-1] <= 6
