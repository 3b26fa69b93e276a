"""The verbs on a real database."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from grantflow.applications import queries, rules, service
from grantflow.applications.models import Application, BudgetLine, Consent, Event, Version
from grantflow.applications.states import Action, Declared, IncomeType, LineKind, State, StepName
from grantflow.audit.models import Entry
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.kernel.errors import Forbidden, IllegalStep, Incomplete
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Side
from grantflow.letters.states import Channel
from grantflow.notifications.models import Message
from grantflow.organisations.states import Country, MemberRole
from grantflow.platform.db import db
from tests.applications.looking import counters, messages
from tests.given import Given, budget, written


@pytest.mark.usefixtures("context")
class TestSending:
    def test_gives_number_receipt_event_counter_audit_and_mail(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(by=by)
        code = application.call.code
        submission = service.submit(application, by=by)
        db.session.commit()

        assert application.number == f"DT-{code}-001"
        assert application.state is State.SUBMITTED
        assert application.submitted_at == application.first_submitted_at == submission.sealed_at
        assert [(e.action, e.source, e.target, e.party) for e in application.events] == [
            (Action.SUBMIT, State.DRAFT, State.SUBMITTED, None)
        ]
        assert counters() == {(Side.GERMAN, State.SUBMITTED): 1}
        assert messages(application) == [("application_received", by.email)]
        entry = db.session.scalars(select(Entry).where(Entry.action == "application_submit")).one()
        assert (entry.before, entry.after, entry.actor_name) == ({"state": "draft"}, {"state": "submitted"}, by.name)

    def test_the_hash_is_that_of_the_stored_answers(self, given: Given) -> None:
        application = given.application(State.SUBMITTED)
        stored = db.session.scalars(select(Version).execution_options(populate_existing=True)).one()
        assert stored.content
        assert (stored.schema, stored.hash) == (rules.SCHEMA, hashlib.sha256(stored.content).hexdigest())
        content = json.loads(stored.content)
        assert content["number"] == application.number
        assert content["budget"][0]["cents"] == stored.lines[0].cents
        assert rules.canonical(content) == stored.content

    def test_no_bank_data_is_frozen_audited_or_mailed(self, given: Given) -> None:
        application = given.application(State.SUBMITTED)
        iban = application.lead.iban
        assert iban
        seen = [
            *(its.content.decode() for its in db.session.scalars(select(Version)) if its.content),
            *(json.dumps([e.before, e.after, e.reason]) for e in db.session.scalars(select(Entry))),
            *(json.dumps(m.facts) for m in db.session.scalars(select(Message))),
        ]
        assert seen
        assert [text for text in seen if iban in text] == []

    def test_numbers_have_no_gap_after_a_refused_sending(self, given: Given) -> None:
        by = given.applicant()
        first = given.application(State.SUBMITTED, by=by)
        unbalanced = given.application(by=by)
        service.save_budget(unbalanced, budget(eur(9_400), eur(11_800))[:2], requested_cents=eur(9_400), by=by)
        db.session.commit()
        with pytest.raises(Incomplete) as refused:
            service.submit(unbalanced, by=by)
        db.session.rollback()
        assert [r.key for r in refused.value.reasons] == ["income_missing"]
        second = given.application(State.SUBMITTED, by=by)
        assert (first.number or "")[-3:] == "001"
        assert (second.number or "")[-3:] == "002"

    def test_a_stranger_cannot_send(self, given: Given) -> None:
        application = given.application()
        with pytest.raises(Forbidden):
            service.submit(application, by=given.applicant())

    def test_twice_is_refused(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(State.SUBMITTED, by=by)
        with pytest.raises(IllegalStep):
            service.submit(application, by=by)

    def test_not_after_the_call_has_closed(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(by=by)
        with clock.frozen(application.call.closes_at + timedelta(seconds=1)), pytest.raises(Incomplete) as refused:
            service.submit(application, by=by)
        assert "call_closed" in [reason.key for reason in refused.value.reasons]

    def test_the_same_project_only_once(self, given: Given) -> None:
        by = given.applicant()
        organisation = given.organisation(by)
        given.application(State.SUBMITTED, by=by, organisation=organisation, title="Café des langues")
        twin = given.application(by=by, organisation=organisation, title="CAFE  DES LANGUES")
        with pytest.raises(Incomplete) as refused:
            service.submit(twin, by=by)
        assert [reason.key for reason in refused.value.reasons] == ["already_filed"]

    def test_a_squatted_twin_keeps_nobody_out_and_tells_nobody(self, given: Given) -> None:
        """Whoever sends somebody else's title first, naming them as partner, neither stops nor betrays them (D39)."""
        squatter, real = given.applicant(), given.applicant(Country.FRANCE)
        ours = given.organisation(squatter, name="Filmfreunde")
        theirs = given.organisation(real, Country.FRANCE, name="Cinéphiles")
        mirror = given.application(by=real, organisation=theirs, title="Cine", partner_name="Filmfreunde")
        before = queries.missing(written(mirror), clock.now())
        given.application(State.SUBMITTED, by=squatter, organisation=ours, title="Ciné", partner_name="Cinéphiles")
        assert queries.missing(written(mirror), clock.now()) == before == []
        service.submit(mirror, by=real)
        assert mirror.state is State.SUBMITTED

    def test_an_excluded_twin_does_not_count(self, given: Given) -> None:
        by = given.applicant()
        organisation = given.organisation(by)
        given.application(State.INADMISSIBLE, by=by, organisation=organisation, title="Neuer Versuch")
        again = given.application(State.SUBMITTED, by=by, organisation=organisation, title="Neuer Versuch")
        assert again.state is State.SUBMITTED

    def test_wildcards_in_a_title_are_letters(self, given: Given) -> None:
        by = given.applicant()
        organisation = given.organisation(by)
        given.application(State.SUBMITTED, by=by, organisation=organisation, title="Abc")
        assert given.application(State.SUBMITTED, by=by, organisation=organisation, title="A_c").number


def consents(application: Application) -> list[tuple[Side, str, bool]]:
    """Law, language and whether it stands, in the order they were given."""
    rows = db.session.scalars(
        select(Consent).where(Consent.application_id == application.id).order_by(Consent.given_at, Consent.law.desc())
    )
    return [(row.law, row.language, row.withdrawn_at is None) for row in rows]


@pytest.mark.usefixtures("context")
class TestChannel:
    """D41: consent to electronic notification is a choice, kept for each legal order, with paper beside it."""

    def test_whoever_wants_paper_sends_without_any_consent(self, given: Given) -> None:
        application = given.application(State.SUBMITTED, channel=Channel.POST)
        assert application.state is State.SUBMITTED
        assert consents(application) == []

    def test_the_portal_takes_a_consent_for_each_legal_order_word_for_word(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(State.SUBMITTED, by=by)
        assert consents(application) == [(Side.GERMAN, "de", True), (Side.FRENCH, "de", True)]
        german, french = db.session.scalars(select(Consent).order_by(Consent.law.desc())).all()
        assert "§ 41 Absatz 2a VwVfG NRW" in german.wording
        assert "L. 112-15" in french.wording
        assert {(row.version, row.person_id) for row in (german, french)} == {(rules.CONSENT_VERSION, by.id)}
        assert json.loads(application.sent.content)["channel"] == "portal"

    @pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.RETURNED, State.ADMITTED])
    def test_it_can_be_withdrawn_while_the_file_lives_and_given_again(self, given: Given, state: State) -> None:
        by = given.applicant()
        application = given.application(state, by=by)
        service.choose_channel(application, Channel.POST, by=by)
        assert [stands for _, _, stands in consents(application)] == [False, False]
        row = db.session.scalars(select(Consent).limit(1)).one()
        assert (row.withdrawn_by, row.withdrawn_at is not None) == (by.id, True)
        service.choose_channel(application, Channel.PORTAL, by=by)
        assert sorted(stands for _, _, stands in consents(application)) == [False, False, True, True]

    def test_not_by_strangers_and_not_once_the_file_is_closed(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(State.INADMISSIBLE, by=by)
        with pytest.raises(Forbidden):
            service.choose_channel(application, Channel.POST, by=given.applicant())
        with pytest.raises(IllegalStep, match="channel_fixed"):
            service.choose_channel(application, Channel.POST, by=by)

    def test_the_trail_says_who_chose_what(self, given: Given) -> None:
        application = given.application(channel=Channel.POST)
        db.session.commit()
        (entry,) = db.session.scalars(select(Entry).where(Entry.action == "channel_chosen")).all()
        assert (entry.subject_id, entry.after) == (str(application.id), {"channel": "post"})


@pytest.mark.usefixtures("context")
class TestWriting:
    def test_nothing_is_written_once_sent(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(State.SUBMITTED, by=by)
        title = written(application).title
        with pytest.raises(IllegalStep) as refused:
            service.save_answers(application, StepName.DATES, {"starts_on": None, "ends_on": None}, by=by)
        assert refused.value.key == "not_editable"
        with pytest.raises(IllegalStep):
            service.save_budget(application, [], requested_cents=0, by=by)
        with pytest.raises(IllegalStep):
            service.declare(application, frozenset(), by=by)
        with pytest.raises(IllegalStep):
            service.save_partner(application, None, partner_search=True, equal_roles=False, by=by)
        assert written(given.reload(application.id)).title == title

    def test_strangers_write_nothing(self, given: Given) -> None:
        application = given.application()
        for stranger in (given.applicant(), given.office(Side.GERMAN)):
            with pytest.raises(Forbidden):
                service.save_budget(application, [], requested_cents=0, by=stranger)

    def test_a_budget_replaces_the_one_before_and_keeps_its_sums(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(by=by)
        lines = [
            rules.Line(kind=LineKind.COST, type="travel", description="Bus", side=Side.GERMAN, cents=eur(700)),
            rules.Line(kind=LineKind.INCOME, type=IncomeType.DONATIONS, description="Spenden", cents=eur(250)),
            rules.Line(kind=LineKind.IN_KIND_USE, type="volunteering", description="Hilfe", cents=eur(99)),
        ]
        service.save_budget(application, lines, requested_cents=eur(400), by=by)
        version = written(application)
        assert queries.lines(version) == lines
        assert (version.eligible_cents, version.income_cents, version.requested_cents) == (
            eur(700),
            eur(250),
            eur(400),
        )
        assert db.session.scalar(select(func.count()).select_from(BudgetLine)) == 3

    def test_declarations_keep_their_first_moment_and_take_only_what_is_asked(self, given: Given) -> None:
        by = given.applicant()
        application = given.application(by=by)
        before = {d.code: d.declared_at for d in written(application).declarations}
        with clock.frozen(clock.now() + timedelta(days=1)):
            service.declare(application, frozenset({Declared.TRUTH, Declared.CER}), by=by)
        assert {d.code: d.declared_at for d in written(application).declarations} == {
            Declared.TRUTH: before[Declared.TRUTH]
        }

    def test_who_declares_is_on_the_trail_once_with_the_codes(self, given: Given) -> None:
        """T47: a declaration binds, so even a draft's is told; saving the same again says nothing."""
        by = given.applicant()
        application = given.application(by=by)
        had = sorted(d.code for d in written(application).declarations)
        told = select(Entry).where(Entry.action == "declared", Entry.subject_id == str(application.id))
        earlier = len(db.session.scalars(told).all())
        for _ in range(2):
            service.declare(application, frozenset({Declared.TRUTH}), by=by)
            db.session.commit()
        entries = db.session.scalars(told.order_by(Entry.seq)).all()
        assert len(entries) == earlier + 1
        assert entries[-1].actor_id == by.id
        assert (entries[-1].before, entries[-1].after) == ({"declarations": had}, {"declarations": ["truth"]})

    def test_a_draft_needs_an_open_call_and_ones_own_organisation(self, given: Given) -> None:
        by = given.applicant()
        organisation = given.organisation(by)
        call = db.session.scalars(select(Call)).one()
        with pytest.raises(Forbidden):
            service.start(call, organisation, by=given.applicant(), language="de")
        with clock.frozen(call.closes_at + timedelta(seconds=1)), pytest.raises(IllegalStep):
            service.start(call, organisation, by=by, language="de")

    def test_one_title_is_found_without_its_accents(self, given: Given) -> None:
        application = given.application(State.SUBMITTED, title="Égalité en ville")
        office = given.office(Side.FRENCH)
        found = queries.staff_page(office, queries.Wanted(text="egalite VILLE"))
        assert [row.id for row in found.rows] == [application.id]
        assert queries.staff_page(office, queries.Wanted(text="100%")).rows == []


def test_twenty_clicks_at_once_send_once(real: Flask) -> None:
    given = Given(real)
    by = given.applicant()
    application = given.application(by=by)
    others = [given.application(by=given.applicant()) for _ in range(4)]
    barrier = Barrier(24)

    def click(application_id: object, by: object) -> str:
        barrier.wait()
        with real.app_context():
            mine = db.session.get_one(Application, application_id)
            try:
                service.submit(mine, by=by)  # type: ignore[arg-type]
            except IllegalStep as refused:
                db.session.rollback()
                return refused.key
            db.session.commit()
            return "sent"

    with ThreadPoolExecutor(24) as pool:
        answers = [pool.submit(click, application.id, by) for _ in range(20)]
        apart = [pool.submit(click, other.id, other.contact) for other in others]
        assert sorted(a.result() for a in answers) == ["illegal_step"] * 19 + ["sent"]
        assert [a.result() for a in apart] == ["sent"] * 4
    with real.app_context():
        numbers = db.session.scalars(select(Application.number).order_by(Application.number)).all()
        code = db.session.scalars(select(Call.code)).one()
        assert numbers == [f"DT-{code}-{n:03d}" for n in range(1, 6)]
        of_one = Event.application_id == application.id
        assert db.session.scalar(select(func.count()).select_from(Event).where(of_one)) == 1
        assert db.session.scalar(select(func.count()).where(Version.sealed_at.is_not(None))) == 5
        assert counters() == {(Side.GERMAN, State.SUBMITTED): 5}
        assert db.session.scalar(select(func.count()).select_from(Message)) == 5
        assert db.session.scalar(select(func.count()).where(Entry.action == "application_submit")) == 5


#: What each role adds to what the one above it may do.
ROLES = {MemberRole.READER: set(), MemberRole.EDITOR: {"write"}, MemberRole.SIGNATORY: {"write", "bind"}}


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("role", ROLES)
def test_a_reader_reads_an_editor_writes_and_a_signatory_binds(given: Given, role: MemberRole) -> None:
    mine = given.application()
    by = given.colleague(mine.lead, role)
    dates = {"starts_on": written(mine).starts_on, "ends_on": written(mine).ends_on}
    verbs: list[tuple[str, Callable[[], object]]] = [
        ("write", lambda: service.start(mine.call, mine.lead, by=by, language="de")),
        ("write", lambda: service.save_answers(mine, StepName.DATES, dates, by=by)),
        ("write", lambda: service.save_partner(mine, None, partner_search=True, equal_roles=False, by=by)),
        (
            "write",
            lambda: service.save_budget(mine, budget(eur(9_400), eur(11_800)), requested_cents=eur(9_400), by=by),
        ),
        ("bind", lambda: service.declare(mine, frozenset({Declared.TRUTH}), by=by)),
        ("bind", lambda: service.declare(mine, frozenset(Declared), by=by)),
        ("bind", lambda: service.choose_channel(mine, Channel.POST, by=by)),
        ("bind", lambda: service.submit(mine, by=by)),
        ("bind", lambda: service.withdraw(mine, by=by)),
    ]
    assert queries.by_id(by, mine.id) is mine
    for needs, verb in verbs:
        if needs in ROLES[role]:
            verb()
        else:
            with pytest.raises(Forbidden):
                verb()
