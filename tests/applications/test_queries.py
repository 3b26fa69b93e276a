"""Who sees what, and what it costs."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from grantflow.accounts.models import Person
from grantflow.applications import queries
from grantflow.applications.models import Application, Version
from grantflow.applications.states import DECIDABLE, State
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Actor, Party, Role, Side
from grantflow.organisations.states import Country, MemberRole
from grantflow.platform.db import Base, db
from grantflow.seats.models import Seat, StandingConflict
from grantflow.seats.states import Conflict
from tests.counting import counted
from tests.crowd import many
from tests.given import Given


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def seen(actor: Actor) -> set[object]:
    return set(db.session.scalars(queries.visible_to(actor).with_only_columns(Application.id)))


CONFLICTS: dict[str, Callable[[Application, Person], Base]] = {
    "declared": lambda file, person: Seat(
        application_id=file.id,
        reviewer_id=person.id,
        party=person.party,
        assigned_by=person.id,
        assigned_at=clock.now(),
        conflict=Conflict.DECLARED,
        declared_at=clock.now(),
    ),
    "standing": lambda file, person: StandingConflict(
        person_id=person.id, organisation_id=file.lead_id, since=clock.now()
    ),
}


@pytest.mark.usefixtures("context")
class TestSight:
    def test_by_role_and_relation(self, given: Given) -> None:
        by, other = given.applicant(), given.applicant()
        draft = given.application(by=by)
        discarded = given.application(State.WITHDRAWN, by=by)
        sent = given.application(State.SUBMITTED, by=by)
        french = given.application(State.ADMITTED, country=Country.FRANCE)
        sent_ones = {sent.id, french.id}
        assert seen(by) == {draft.id, discarded.id, sent.id}
        assert seen(other) == set()
        assert seen(given.office(Side.GERMAN)) == sent_ones
        assert seen(given.office(Side.FRENCH)) == sent_ones
        for role, party in product(Role, Party):
            if role is Role.OFFICE and party is not Party.METROPOLE:
                continue
            assert seen(given.staff(role, party)) == set(), (role, party)

    def test_signatories_see_what_can_be_decided(self, given: Given) -> None:
        assessed = given.assessed()
        signatory = given.staff(Role.SIGNATORY, Party.METROPOLE)
        assert seen(signatory) == {assessed.id}
        assert assessed.state in DECIDABLE

    def test_a_colleague_of_the_same_organisation_sees_it_too(self, given: Given) -> None:
        by = given.applicant()
        organisation = given.organisation(by)
        application = given.application(by=by, organisation=organisation)
        for role in MemberRole:
            assert seen(given.colleague(organisation, role)) == {application.id}

    @pytest.mark.parametrize("how", CONFLICTS)
    def test_a_conflict_closes_every_channel(self, given: Given, how: str) -> None:
        """T14: list, detail, search and counts; whether it was declared for the file or stands with its applicant."""
        closed = given.application(State.SUBMITTED, title="Verschlossen")
        open_one = given.application(State.SUBMITTED, title="Offen")
        office = given.office(Side.GERMAN)
        db.session.add(CONFLICTS[how](closed, office))
        db.session.flush()
        assert seen(office) == {open_one.id}
        assert queries.by_id(office, closed.id) is None
        assert [row.id for row in queries.staff_page(office, queries.Wanted(text="verschlossen")).rows] == []
        assert queries.counts(office) == {closed.call_id: {State.SUBMITTED: 1}}
        assert queries.counts(given.office(Side.GERMAN)) == {closed.call_id: {State.SUBMITTED: 2}}


class TestCost:
    def test_the_staff_list_costs_the_same_at_30_and_300(
        self, given: Given, as_: Callable[[Person], FlaskClient]
    ) -> None:
        client = as_(given.office(Side.GERMAN))
        many(given, 30)
        client.get("/staff/applications")
        with counted() as few:
            short = client.get("/staff/applications")
        many(given, 270)
        with counted() as lots:
            long = client.get("/staff/applications")
        with counted() as searched:
            client.get("/staff/applications?q=projekt&state=submitted&side=german&category=2")
        assert (short.status_code, long.status_code) == (200, 200)
        assert few.sql == lots.sql == searched.sql <= 8, lots.statements
        assert lots.rows <= 120
        assert len(long.data) <= 60_000

    def test_my_own_file_costs_at_most_twelve_statements(
        self, given: Given, as_: Callable[[Person], FlaskClient]
    ) -> None:
        by = given.applicant()
        application = given.application(State.ADMITTED, by=by)
        path, mine = f"/applications/{application.id}", as_(by)
        assert mine.get(path).status_code == 200
        with counted() as alone:
            mine.get(path)
        many(given, 300)
        with counted() as among_many:
            mine.get(path)
        assert among_many.sql == alone.sql <= 12, alone.statements

    def test_my_files_cost_the_same_for_1_and_30(self, given: Given, as_: Callable[[Person], FlaskClient]) -> None:
        by = given.applicant()
        organisation = given.organisation(by)
        client = as_(by)
        given.application(by=by, organisation=organisation)
        client.get("/applications")
        with counted() as one:
            client.get("/applications")
        for _ in range(29):
            given.application(by=by, organisation=organisation)
        with counted() as thirty:
            client.get("/applications")
        assert one.sql == thirty.sql


@pytest.mark.usefixtures("context")
class TestPaging:
    def test_forwards_and_back_again_without_gap_or_twin(self, given: Given) -> None:
        many(given, 120)
        office = given.office(Side.FRENCH)
        all_ids = list(
            db.session.scalars(select(Application.id).order_by(Application.submitted_at.desc(), Application.id.desc()))
        )
        found, pages = [], []
        page = queries.staff_page(office, queries.Wanted())
        while True:
            pages.append([row.id for row in page.rows])
            found += pages[-1]
            if page.after is None:
                break
            page = queries.staff_page(office, queries.Wanted(), after=page.after)
        assert found == all_ids
        assert [len(p) for p in pages] == [50, 50, 20]
        back = queries.staff_page(office, queries.Wanted(), before=page.before)
        assert [row.id for row in back.rows] == pages[1]
        first = queries.staff_page(office, queries.Wanted(), before=back.before)
        assert [row.id for row in first.rows] == pages[0]
        assert first.before is None

    def test_filters(self, given: Given) -> None:
        small = given.application(State.SUBMITTED, asks=eur(4_800), costs=eur(6_000))
        large = given.application(State.ADMITTED, asks=eur(36_000), costs=eur(48_000))
        french = given.application(State.SUBMITTED, country=Country.FRANCE)
        office = given.office(Side.GERMAN)

        def found(**wanted: object) -> set[object]:
            return {row.id for row in queries.staff_page(office, queries.Wanted(**wanted)).rows}  # type: ignore[arg-type]

        assert found(category=1) == {small.id}
        assert found(category=2) == {french.id}
        assert found(category=3) == {large.id}
        assert found(category=4) == found(category=9) == set()
        assert found(side=Side.FRENCH) == {french.id}
        assert found(state=State.SUBMITTED) == {small.id, french.id}
        assert found(text=large.number) == {large.id}
        assert found(text="%") == found(text="_") == set()

    def test_a_search_finds_parts_of_words_and_takes_every_sign_literally(self, given: Given) -> None:
        office = given.office(Side.GERMAN)
        wanted = given.application(State.SUBMITTED, title="Städtepartnerschaftsjubiläum: die 'Brücke' (C:\\a) 100 %")
        given.application(State.SUBMITTED, title="Etwas anderes")

        def found(text: str) -> set[object]:
            return {row.id for row in queries.staff_page(office, queries.Wanted(text=text)).rows}

        for part in ("partnerschaft", "JUBILÄUM städte", "ubila", "'bruc", "c:\\a", "100 %", "stad jubil 100"):
            assert found(part) == {wanted.id}, part
        for other in ("partnerschaft anderes", "brucke'x", "*", "!etwas | 'brucke'", "partner\\schaft"):
            assert found(other) == set(), other
        assert len(found("t")) == 2

    def test_a_search_among_many_is_answered_by_the_index(self, given: Given) -> None:
        many(given, 300)
        db.session.execute(text("ANALYZE application"))
        with counted() as cost:
            queries.staff_page(given.office(Side.GERMAN), queries.Wanted(text="rarissim"))
        assert any("word_ends(application.search_text) @@" in statement for statement in cost.statements)
        rare = text("EXPLAIN SELECT id FROM application WHERE word_ends(search_text) @@ CAST(:word AS tsquery)")
        plan = db.session.scalars(rare, {"word": "'rarissim':*"}).all()
        assert any("ix_application_search" in line for line in plan), plan


def test_search_finds_title_organisations_number_and_contacts_as_people_type_them(given: Given) -> None:
    by = given.applicant(name="Bérénice Küchler", email="b.kuechler@verein-köln.de")
    choir = given.organisation(by, name="Düsseldorfer Straßenchor Łódź e.\u00a0V.")
    title = "L’été du cœur – Édition II"
    wanted = given.application(
        State.SUBMITTED, by=by, organisation=choir, title=title, partner_name="Œuvre d’Occitanie"
    )
    given.application(State.SUBMITTED, title="Ganz etwas anderes")
    office = given.office(Side.GERMAN)
    queries_typed = (
        *("l'été", "L`ETE", "ete coeur", "COEUR", "l\u200b’été", "édition Ⅱ", "l’été, du cœur!"),
        *("duesseldorf", "dusseldorf", "Strassenchor", "lodz", "e.V.", "oeuvre d'occitanie"),
        *("Bérénice Kuchler", "kuechler", "B.Küchler@verein-köln.de", "verein-koeln", str(wanted.number)),
    )
    for typed in queries_typed:
        with given.session():
            page = queries.staff_page(office, queries.Wanted(text=typed))
        assert [row.id for row in page.rows] == [wanted.id], typed


def test_every_fact_of_a_version_is_sealed_copied_and_compared() -> None:
    """Whoever adds a fact must say that it is one, else it is no part of what is sent."""
    own = {column.key for column in Version.__table__.columns}
    about = {
        *("id", "application_id", "number", "purpose", "revision", "opened_at", "saved_at", "sealed_at", "sent_by"),
        *("lapsed_at", "content", "schema", "hash", "purged_at"),
    }
    assert own == set(queries.FACTS) | about
