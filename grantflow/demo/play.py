"""Play the demo's past forward: every move is the real verb, at the moment it would have happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from grantflow.accounts.models import Person
from grantflow.applications import rules as application_rules
from grantflow.applications import service as applications
from grantflow.applications.models import Application
from grantflow.applications.states import LineKind, State, StepName
from grantflow.calls.models import Call
from grantflow.decisions import service as decisions
from grantflow.decisions.rules import Deliberation
from grantflow.decisions.states import Outcome, RejectionReason
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.letters.states import Channel
from grantflow.organisations import service as organisations
from grantflow.organisations.rules import Profile
from grantflow.platform import locale
from grantflow.platform.db import db
from grantflow.review import service as review
from grantflow.review.models import Assignment
from grantflow.review.rules import Mark

from . import remarks
from .answers import ANSWERS
from .projects import PROJECTS, Project

#: How far each state lies along the procedure; a project goes through all before its own.
PATH = (
    State.DRAFT,
    State.SUBMITTED,
    State.ADMITTED,
    State.IN_REVIEW,
    State.ASSESSED,
    State.PROPOSED,
    State.AWARDED,
)


@dataclass(order=True)
class Move:
    """Something somebody did, at a moment between the call's opening (0) and now (1)."""

    at: float
    order: int
    do: Callable[[], None] = field(compare=False)


class Cast:
    """Who plays whom."""

    def __init__(self, staff: list[Person], applicants: dict[str, Person]) -> None:
        self.staff = staff
        self.applicants = applicants

    def of(self, party: Party, role: Role, nth: int = 0) -> Person:
        return [person for person in self.staff if person.party is party and role in person.roles][nth]

    def office(self, application: Application) -> Person:
        party = Party.DUESSELDORF if application.lead_side is Side.GERMAN else Party.TOULOUSE
        return self.of(party, Role.OFFICE)


def play(call: Call, cast: Cast, *, until: datetime) -> None:
    """Bring every project to its state, all moves in the order of time; the caller commits."""
    begin = call.opens_at
    moves = [move for number, project in enumerate(PROJECTS) for move in _Story(call, cast, project, number).moves()]
    for move in sorted(moves):
        with clock.frozen(by_day(begin + (until - begin) * move.at, begin, until)):
            move.do()
            db.session.flush()


def by_day(instant: datetime, begin: datetime, until: datetime) -> datetime:
    """The same moment squeezed into the day, from 8 to 18 o'clock: nobody signs at night. Keeps the order."""
    here = clock.local(instant)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    daytime = midnight + timedelta(hours=8) + (here - midnight) * 10 / 24
    return min(max(daytime, begin), until)


class _Story:
    """One project, from the first line of its draft to where it stands today."""

    def __init__(self, call: Call, cast: Cast, project: Project, number: int) -> None:
        self.call, self.cast, self.project, self.number = call, cast, project, number
        self.person = cast.applicants[project.contact.email]
        self.application: Application
        self.today = clock.today()

    def moves(self) -> Iterator[Move]:
        # Files arrive one after the other; the further one has come, the earlier it began.
        reached = PATH.index(self._stage()) if self._stage() in PATH else PATH.index(State.ADMITTED)
        start = 0.97 - 0.12 * reached - 0.012 * self.number
        steps: list[Callable[[], None]] = [self._draft]
        wanted = self.project.state
        if wanted is not State.DRAFT:
            steps.append(self._submit)
        if wanted is State.RETURNED:
            steps.append(self._return)
        if reached >= PATH.index(State.ADMITTED) and wanted is not State.RETURNED:
            steps.append(self._admit)
        if reached >= PATH.index(State.IN_REVIEW):
            steps += [self._assign, self._declare]
            steps.append(self._review_german)
        if reached >= PATH.index(State.ASSESSED):
            steps.append(self._review_french)
        if reached >= PATH.index(State.PROPOSED):
            steps.append(self._propose)
            if self.project.split:
                steps.append(self._deliberate)
            steps.append(self._first_key)
        if reached >= PATH.index(State.AWARDED):
            if self.project.split and self.project.split[2]:
                steps.append(self._consent)
            steps.append(self._second_key)
        span = 0.985 - start
        # What was returned came back lately: its new deadline lies before it.
        parts = len(steps) - 1 if wanted is State.RETURNED else max(len(steps), 2)
        for place, step in enumerate(steps):
            yield Move(start + span * place / parts, self.number, step)

    def _stage(self) -> State:
        return State.AWARDED if self.project.state is State.REJECTED else self.project.state

    # --- the applicant -----------------------------------------------------------------------------

    def _draft(self) -> None:
        project, lead = self.project, self.project.lead
        organisation = organisations.create(
            Profile(
                name=lead.name,
                kind=lead.kind,
                country=lead.country,
                street=lead.street,
                postal_code=lead.postal_code,
                city=lead.city,
                representative=lead.representative,
                register_court=lead.register_court,
                register_number=lead.register_number,
                exemption_on=lead.exemption_on,
                rna=lead.rna,
                siret=lead.siret,
                competent_body=lead.competent_body,
                run_by=lead.run_by,
                people=tuple({"name": name, "city": city} for name, city in lead.people),
                iban=lead.iban,
                account_holder=lead.name,
            ),
            by=self.person,
        )
        language = self.person.language
        self.application = applications.start(self.call, organisation, by=self.person, language=language)
        mate = project.mate
        applications.save_partner(
            self.application,
            {
                "name": mate.name,
                "kind": mate.kind,
                "country": mate.country,
                "city": mate.city,
                "contact_name": mate.contact_name,
                "email": mate.email,
                "run_by": mate.run_by,
                "role": mate.role,
            },
            partner_search=False,
            equal_roles=project.equal_roles,
            by=self.person,
        )
        self._answers()
        self._budget()
        required = application_rules.required_declarations(lead.kind, lead.country)
        if project.state is not State.DRAFT:
            applications.declare(self.application, frozenset(required), by=self.person)
            with locale.use(self.person.language):
                applications.choose_channel(self.application, Channel.PORTAL, by=self.person)

    def _answers(self) -> None:
        project = self.project
        starts = self.today + project.starts_in * clock.DAY
        answers: dict[StepName, dict[str, Any]] = {
            StepName.PROJECT: {
                "title": project.title,
                "theme": project.theme,
                "format": project.format,
                "summary": project.summary,
                "why_two_cities": project.why,
                "encounter": project.encounter,
                "success": project.success,
                "places": project.places,
            },
            StepName.PEOPLE: {
                "participants_german": project.people[0],
                "participants_french": project.people[1],
                "volunteers": project.volunteers[0],
                "volunteer_hours": project.volunteers[1],
                "who_works": project.who_works,
                "mostly_minors": False,
                "is_school_trip": False,
            },
            StepName.DATES: {"starts_on": starts, "ends_on": starts + project.lasts * clock.DAY},
        }
        said = ANSWERS.get(project.title, {})
        for step, values in answers.items():
            applications.save_answers(self.application, step, {**values, **said}, by=self.person)

    def _budget(self) -> None:
        line = application_rules.Line
        costs = [
            line(kind=LineKind.COST, type=type_, description=what, side=side, cents=eur(amount))
            for type_, what, side, amount in self.project.costs
        ]
        income = [
            line(kind=LineKind.INCOME, type=type_, description=what, cents=eur(amount))
            for type_, what, amount in self.project.income
        ]
        applications.save_budget(
            self.application,
            [*costs, *income],
            requested_cents=eur(self.project.asked),
            other_public_funding=self.project.other_public_funding,
            by=self.person,
        )

    def _submit(self) -> None:
        applications.submit(self.application, by=self.person)

    # --- the offices and the reviewers --------------------------------------------------------------

    def _return(self) -> None:
        applications.return_(
            self.application,
            reason="Merci de préciser dans le budget qui prend en charge l’hébergement, et de joindre le nom de la "
            "personne référente à Düsseldorf.",
            by=self.cast.office(self.application),
        )

    def _admit(self) -> None:
        applications.admit(self.application, by=self.cast.office(self.application))

    def _reviewers(self) -> tuple[Person, Person]:
        """One from each side; the second French chair is Métropole's for every other file."""
        german = self.cast.of(Party.DUESSELDORF, Role.REVIEWER, self.number % 2)
        if self.number % 3 == 2:
            return german, self.cast.of(Party.METROPOLE, Role.REVIEWER)
        return german, self.cast.of(Party.TOULOUSE, Role.REVIEWER, self.number % 2)

    def _assign(self) -> None:
        german, french = self._reviewers()
        self.assignments: list[Assignment] = [
            review.assign(self.application, german, by=self.cast.of(Party.DUESSELDORF, Role.OFFICE)),
            review.assign(self.application, french, by=self.cast.of(Party.TOULOUSE, Role.OFFICE)),
        ]

    def _declare(self) -> None:
        for assignment in self.assignments:
            review.declare(assignment, conflict=False, confidential=True, by=assignment.reviewer)

    def _review_german(self) -> None:
        self._review(0)

    def _review_french(self) -> None:
        self._review(1)

    def _review(self, which: int) -> None:
        assignment = self.assignments[which]
        language = assignment.reviewer.language
        given = remarks.marks((self.project.totals or (0, 0))[which], language)
        review.submit(
            assignment,
            {position: Mark(points, comment) for position, (points, comment) in given.items()},
            recommended_cents=self.application.requested_cents,
            comment=remarks.SUMMARY[language],
            by=assignment.reviewer,
        )

    # --- the decision -------------------------------------------------------------------------------

    def _propose(self) -> None:
        project = self.project
        reason_de, reason_fr = project.reason
        office = self.cast.office(self.application)
        if project.split is None:
            self.proposal = decisions.propose(
                self.application,
                outcome=Outcome.REJECTION,
                rejection_reason=RejectionReason.BELOW_THRESHOLD,
                reason_de=reason_de,
                reason_fr=reason_fr,
                by=office,
            )
            return
        shares = {party: eur(amount) for party, amount in zip(Party, project.split, strict=True)}
        self.proposal = decisions.propose(
            self.application,
            outcome=Outcome.AWARD,
            award=sum(shares.values()),
            shares=shares,
            purpose_de=project.purpose[0],
            purpose_fr=project.purpose[1],
            reason_de=reason_de,
            reason_fr=reason_fr,
            conditions_de="\n".join(german for german, _ in project.conditions),
            conditions_fr="\n".join(french for _, french in project.conditions),
            by=office,
        )

    def _deliberate(self) -> None:
        voted, count = clock.today(), 87 + self.number
        decisions.deliberate(
            self.proposal,
            {
                party: Deliberation(f"DEL-{voted:%Y-%m}-{count:03d}{suffix}", voted)
                for party, suffix in ((Party.TOULOUSE, ""), (Party.METROPOLE, "-M"))
                if dict(zip(Party, self.project.split or (0, 0, 0), strict=True))[party]
            },
            by=self.cast.of(Party.TOULOUSE, Role.OFFICE),
        )

    def _first_key(self) -> None:
        self._turn(Party.DUESSELDORF)

    def _consent(self) -> None:
        signatory = self.cast.of(Party.METROPOLE, Role.SIGNATORY)
        decisions.consent(self.proposal, self.proposal.digest, by=signatory)

    def _second_key(self) -> None:
        self._turn(Party.TOULOUSE)

    def _turn(self, party: Party) -> None:
        signatory = self.cast.of(party, Role.SIGNATORY)
        decisions.turn_key(self.proposal, self.proposal.digest, by=signatory)
