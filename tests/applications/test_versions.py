"""A file keeps its versions: one is written at a time, what was sent stays as it was sent, and nothing is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from grantflow.applications import queries, rules, service
from grantflow.applications.models import Application, Version
from grantflow.applications.states import Action, Purpose, State, StepName
from grantflow.audit.models import Entry
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.money import eur
from grantflow.kernel.parties import SYSTEM, Party, Role, Side
from grantflow.kernel.text import fold
from grantflow.letters.models import Letter
from grantflow.notifications.models import Message
from grantflow.organisations import service as organisations
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db
from tests.given import Given, budget, profile, written


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def project(title: str, **changes: Any) -> dict[str, Any]:
    texts = dict.fromkeys(rules.FIELDS[StepName.PROJECT], "Geändert.")
    return texts | {"title": title, "theme": None, "format": None} | changes


def lapsed(given: Given, **changes: Any) -> Application:
    """A file that was returned, changed, and never sent again."""
    by = given.applicant()
    application = given.application(State.RETURNED, by=by, **changes)
    service.save_answers(application, StepName.PROJECT, project("Nie eingereicht"), by=by)
    assert application.return_until
    with clock.frozen(application.return_until + timedelta(seconds=1)):
        assert service.lapse_returns() == 1
    return application


@pytest.mark.usefixtures("context")
class TestLapse:
    def test_a_return_that_lapses_restores_the_last_sent_version(self, given: Given) -> None:
        application = lapsed(given, title="Wie eingereicht")
        office = given.office(Side.GERMAN)
        assert application.state is State.SUBMITTED
        assert (application.return_reason, application.return_until) == ("", None)
        assert application.open is None
        assert queries.version_for(office, application).title == application.title == "Wie eingereicht"
        assert queries.version_for(application.contact, application).title == "Wie eingereicht"
        event = application.events[-1]
        assert (event.action, event.source, event.target) == (Action.LAPSE, State.RETURNED, State.SUBMITTED)

    @pytest.mark.parametrize("verb", ["admit", "exclude", "return_"])
    def test_no_file_is_ever_stuck(self, given: Given, verb: str) -> None:
        """The office can then decide on it, close it, or ask once more."""
        application = lapsed(given)
        reason = {} if verb == "admit" else {"reason": "Bitte noch einmal."}
        getattr(service, verb)(application, by=given.office(Side.GERMAN), **reason)
        assert application.state is not State.SUBMITTED
        if verb == "return_":
            service.submit(application, by=application.contact)
            assert [its.number for its in application.versions if its.sealed_at] == [1, 3]
            db.session.commit()
            keys = db.session.scalars(select(Message.key).where(Message.kind == "application_returned")).all()
            assert len(keys) == 2

    def test_what_was_typed_stays_for_the_applicant_to_read(self, given: Given) -> None:
        application = lapsed(given)
        unsent = queries.unsent(application)
        assert unsent
        assert (unsent.title, unsent.sealed_at, unsent.lapsed_at is not None) == ("Nie eingereicht", None, True)

    def test_applicant_and_office_are_told_and_the_trail_says_who_did_it(self, given: Given) -> None:
        officer = given.office(Side.GERMAN)
        elsewhere = given.office(Side.FRENCH)
        application = lapsed(given)
        db.session.commit()
        told = db.session.execute(
            select(Message.kind, Message.person_id).where(Message.kind.startswith("return_lapsed"))
        )
        told = {tuple(row) for row in told}
        assert {("return_lapsed", application.contact_id), ("return_lapsed_to_check", officer.id)} <= told
        assert elsewhere.id not in {person for _, person in told}
        entry = db.session.scalars(select(Entry).where(Entry.action == "application_lapse")).one()
        assert (entry.subject_id, entry.actor_name) == (str(application.id), SYSTEM.name)

    def test_the_deadline_itself_still_counts_and_nobody_else_may_do_it(self, given: Given) -> None:
        application = given.application(State.RETURNED)
        assert application.return_until
        with clock.frozen(application.return_until):
            assert service.lapse_returns() == 0
        with pytest.raises(Forbidden):
            service.advance(application, Action.LAPSE, by=given.office(Side.GERMAN))
        assert application.state is State.RETURNED


@pytest.mark.usefixtures("context")
class TestReading:
    def test_the_office_never_sees_unsent_text(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(State.RETURNED, by=by, title="Wie eingereicht")
        service.save_answers(application, StepName.PROJECT, project("Nur für uns"), by=by)
        service.save_budget(application, budget(eur(1), eur(2)), requested_cents=eur(1), by=by)
        office = given.office(Side.GERMAN)
        db.session.commit()
        db.session.expire_all()
        seen = queries.by_id(office, application.id)
        assert seen
        assert "open" not in vars(seen)
        assert queries.version_for(office, seen).title == seen.title == "Wie eingereicht"
        assert queries.version_for(by, seen).title == "Nur für uns"
        assert seen.requested_cents == eur(9_400)
        assert queries.staff_page(office, queries.Wanted(text="nur für uns")).rows == []
        assert [row.id for row in queries.staff_page(office, queries.Wanted(text="wie eingereicht")).rows] == [seen.id]

    def test_a_renamed_organisation_renames_nothing_that_was_sent(self, given: Given) -> None:
        """Neither file, receipt, list nor search; the next sending names it as it is called by then."""
        by = given.applicant()
        organisation = given.organisation(by, name="Alter Name e. V.")
        application = given.application(State.SUBMITTED, by=by, organisation=organisation)
        own = db.session.get_one(Organisation, organisation.id)
        changes = {name: getattr(own, name) for name in profile().__dataclass_fields__}
        organisations.update(own, replace(profile(), **(changes | {"name": "Neuer Name e. V."})), by=by)
        db.session.commit()
        db.session.expire_all()
        office = given.office(Side.GERMAN)
        seen = queries.by_id(office, application.id)
        assert seen
        assert seen.sent
        assert (seen.lead.name, seen.lead_name, seen.sent.lead.name) == ("Neuer Name e. V.", *["Alter Name e. V."] * 2)
        assert [row.lead_name for row in queries.staff_page(office, queries.Wanted(text="alter name")).rows] == [
            "Alter Name e. V."
        ]
        assert queries.staff_page(office, queries.Wanted(text="neuer name")).rows == []
        service.return_(seen, reason="Grund", by=office)
        assert written(seen).lead.name == "Neuer Name e. V."
        service.submit(seen, by=by)
        assert [its.lead.name for its in seen.versions] == ["Alter Name e. V.", "Neuer Name e. V."]

    def test_letters_name_the_organisation_as_it_was_sent(self, given: Given) -> None:
        file = given.assessed()
        sent = file.lead_name
        with given.session():
            db.session.get_one(Application, file.id).lead.name = "Neuer Name e. V."
        given.decided(given.proposed(file))
        names = {facts["recipient"]["organisation"] for facts in db.session.scalars(select(Letter.facts))}
        assert names == {sent}


@pytest.mark.usefixtures("context")
class TestOpening:
    def test_at_most_one_version_is_open(self, given: Given) -> None:
        application = given.application()
        now = clock.now()
        db.session.add(Version(application_id=application.id, number=2, opened_at=now, saved_at=now))
        with pytest.raises(IntegrityError, match="uq_version_open"):
            db.session.flush()

    def test_returning_opens_the_next_as_a_copy_and_lines_keep_their_keys(self, given: Given) -> None:
        application = given.application(State.RETURNED)
        first, second = application.sent, application.open
        assert first
        assert second
        assert (second.number, second.purpose, second.revision) == (2, Purpose.COMPLETION, 0)
        assert [line.key for line in queries.lines(second)] == [line.key for line in queries.lines(first)]
        assert {d.code: d.declared_at for d in second.declarations} == {
            d.code: d.declared_at for d in first.declarations
        }
        same = {"version", "purpose"}
        one, two = (queries.content(its) for its in (first, second))
        assert {name: one[name] for name in one.keys() - same} == {name: two[name] for name in two.keys() - same}
        assert rules.difference(one, two) == []

    def test_the_same_line_keeps_its_key_across_saves(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(by=by)
        bus, stay, own = queries.lines(written(application))
        changed = [replace(stay, description="Jugendherberge"), bus, replace(own, key=None)]
        service.save_budget(application, changed, requested_cents=eur(9_400), by=by)
        after = queries.lines(written(application))
        assert [line.key for line in after[:2]] == [stay.key, bus.key]
        assert after[2].key not in {bus.key, stay.key, own.key, None}

    def test_each_save_goes_through_one_door_and_counts_up_the_revision(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(by=by)
        before = written(application).revision
        service.save_answers(application, StepName.DATES, {"starts_on": None, "ends_on": None}, by=by)
        service.save_partner(application, None, partner_search=True, equal_roles=False, by=by)
        service.declare(application, frozenset(), by=by)
        service.save_budget(application, [], requested_cents=0, by=by)
        db.session.expire_all()
        assert written(application).revision == before + 4


@pytest.mark.usefixtures("context")
class TestPurging:
    def test_erasure_empties_the_texts_and_leaves_numbers_hashes_and_amounts(self, given: Given) -> None:
        application = given.application(State.INADMISSIBLE, title="Geheimnis")
        sent = application.sent
        assert sent
        kept = (application.number, sent.hash, sent.requested_cents, sorted(line.cents for line in sent.lines))
        service.purge(application, by=SYSTEM)
        db.session.commit()
        db.session.expire_all()
        assert application.sent
        after = application.sent
        assert kept == (application.number, after.hash, after.requested_cents, sorted(its.cents for its in after.lines))
        assert (after.content, after.title, after.summary, application.title, application.search_text) == (
            *(b"", "", "", application.number, fold(application.number or "")),
        )
        texts = db.session.execute(
            text(
                "SELECT string_agg(text, '') FROM version_answer "
                "UNION SELECT string_agg(description, '') FROM budget_line "
                "UNION SELECT string_agg(name || contact_name || email || role || city, '') FROM version_party"
            )
        )
        assert {row[0] for row in texts} == {""}

    def test_only_the_system_and_only_what_is_closed(self, given: Given) -> None:
        closed, living = given.application(State.WITHDRAWN), given.application(State.SUBMITTED)
        with pytest.raises(Forbidden):
            service.purge(closed, by=given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF))
        with pytest.raises(IllegalStep):
            service.purge(living, by=SYSTEM)

    @pytest.mark.parametrize(
        "deed",
        [
            "UPDATE budget_line SET description = '', cents = 1",
            "UPDATE version_answer SET text = 'nachträglich'",
            "UPDATE application_version SET purged_at = now(), title = 'nachträglich'",
            "UPDATE application_version SET requested_cents = 1",
        ],
    )
    def test_nothing_else_passes_even_then(self, given: Given, deed: str) -> None:
        service.purge(given.application(State.INADMISSIBLE), by=SYSTEM)
        db.session.commit()
        with pytest.raises(DBAPIError, match="as it was sent"):
            db.session.execute(text(deed))


LINE = {"kind": "cost", "position": 1, "type": "travel", "description": "Bus", "side": "german", "cents": 100}
CONTENT: dict[str, Any] = {
    "facts": {"title": "A", "starts_on": "2027-01-02"},
    "answers": {"success": "Gut."},
    "lead": {"name": "Verein"},
    "partner": None,
    "contact": {"name": "Kim"},
    "budget": [LINE | {"key": "1"}, LINE | {"key": "2", "position": 2}],
    "declarations": ["truth"],
}
contents = st.fixed_dictionaries(
    {
        **{
            part: st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))
            for part in ("facts", "answers", "lead", "contact")
        },
        "partner": st.none() | st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
        "budget": st.lists(
            st.builds(
                lambda key, cents: LINE | {"key": key, "cents": cents}, st.sampled_from("123"), st.integers(0, 2)
            ),
            unique_by=lambda line: line["key"],
        ),
        "declarations": st.lists(st.sampled_from(["truth", "privacy"]), unique=True),
    }
)


class TestDifference:
    """The difference of two versions is one pure function."""

    def test_it_names_what_changed_by_part_and_name(self) -> None:
        after = CONTENT | {
            "facts": {"title": "B", "starts_on": "2027-01-02"},
            "partner": {"name": "Chœur"},
            "budget": [LINE | {"key": "2", "cents": 5}, LINE | {"key": "3"}],
            "declarations": [],
        }
        found = {(its.part, its.name): (its.before, its.after) for its in rules.difference(CONTENT, after)}
        plain = {name: value for name, value in LINE.items() if name != "position"}
        assert found == {
            ("facts", "title"): ("A", "B"),
            ("partner", "name"): (None, "Chœur"),
            ("budget", "2"): (plain, plain | {"cents": 5}),
            ("budget", "3"): (None, plain),
            ("budget", "1"): (plain, None),
            ("declarations", "truth"): (True, None),
        }

    def test_where_a_line_stands_is_no_difference(self) -> None:
        turned = [LINE | {"key": "2", "position": 1}, LINE | {"key": "1", "position": 2}]
        assert rules.difference(CONTENT, CONTENT | {"budget": turned}) == []

    @drawn(contents, contents)
    def test_seen_from_the_other_side_it_is_the_same(self, one: dict[str, Any], two: dict[str, Any]) -> None:
        there = {(its.part, its.name, its.before, its.after) for its in map(_frozen, rules.difference(one, two))}
        back = {(its.part, its.name, its.after, its.before) for its in map(_frozen, rules.difference(two, one))}
        assert there == back
        assert rules.difference(one, one) == []


def _frozen(its: rules.Difference) -> rules.Difference:
    return replace(its, before=repr(its.before), after=repr(its.after))
