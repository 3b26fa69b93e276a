"""Arrange in one line, through the real verbs: what cannot happen cannot be arranged.

Every method works in an app context of its own and commits, so that clients and threads see it; what it returns is
loaded and detached. Inside an app context that a test holds open itself, it works there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, has_app_context
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Address, Person, RoleGrant, SignIn
from grantflow.accounts.states import Means
from grantflow.applications import service as applications
from grantflow.applications.models import Application, Version
from grantflow.applications.states import (
    State,
)
from grantflow.calls.documents import PARTS
from grantflow.calls.models import Call
from grantflow.decisions import service as decisions
from grantflow.decisions.models import Proposal
from grantflow.decisions.rules import Deliberation
from grantflow.decisions.states import Outcome, RejectionReason
from grantflow.demo import opening
from grantflow.kernel import clock, emails
from grantflow.kernel.money import eur, split
from grantflow.kernel.parties import OFFICES, Party, Role, Side
from grantflow.letters.states import Channel
from grantflow.organisations import service as organisations
from grantflow.organisations.models import Membership, Organisation
from grantflow.organisations.states import Country, Kind, MemberRole
from grantflow.platform import settings, tokens
from grantflow.platform.db import db
from grantflow.releases.kinds import KINDS
from grantflow.review import service as review
from grantflow.review.models import Assignment
from grantflow.review.rules import Mark
from grantflow.seats.states import Conflict
from tests import loading
from tests.samples import PASSWORD, PURPOSE, budget, called, fill_in, password_hash, profile, siret


def begun(person: Person) -> str:
    """The key of a session of ``person`` who has just proved who they are; in production nobody is switched to."""
    token = accounts.begin(person, Means.SWITCH if settings().is_demo else Means.ONE_TIME_CODE)
    db.session.query(SignIn).filter_by(token_hash=tokens.fingerprint(token)).one().proved_at = clock.now()
    db.session.flush()
    return token


class Given:
    def __init__(self, app: Flask) -> None:
        self.app = app

    @contextmanager
    def session(self) -> Iterator[None]:
        """An app context whose work is committed; the one already open, if there is one."""
        if has_app_context():
            yield
            db.session.commit()
            return
        with self.app.app_context():
            yield
            db.session.commit()
            db.session.expunge_all()

    # --- the fund ----------------------------------------------------------------------------------

    def fund(self) -> None:
        """The demo's fund as rows, without anybody's keys, with one open call; once per database."""
        fund = opening.moved(opening.starting_fund(), clock.today())
        with self.session():
            for part, kind in PARTS.items():
                for key, document in getattr(fund, part).items():
                    KINDS[kind].apply(key, None, document, date(2021, 1, 22))

    def call(self, code: str = "27-1") -> Call:
        with self.session():
            query = select(Call).where(Call.code == code)
            return db.session.scalars(query.options(selectinload(Call.categories), joinedload(Call.agreement))).one()

    # --- people ------------------------------------------------------------------------------------

    def person(
        self,
        *roles: Role,
        party: Party | None = None,
        language: str = "de",
        name: str = "",
        email: str = "",
        **changes: Any,
    ) -> Person:
        with self.session():
            serial = uuid4().hex[:8]
            email = email or f"{serial}@example.org"
            now = clock.now()
            person = Person(
                email=email,
                email_key=emails.key(email),
                **asdict(called(name or f"Person {serial}")),
                address=Address.NEUTRAL,
                language=language,
                party=party,
                password_hash=password_hash(),
                confirmed_at=now,
                created_at=now,
                **changes,
            )
            person.role_grants = [RoleGrant(role=role, granted_at=now) for role in roles]
            db.session.add(person)
            db.session.flush()
            return person

    def staff(self, role: Role, party: Party, *more: Role, **changes: Any) -> Person:
        return self.person(role, *more, party=party, **{"language": party.language, **changes})

    def applicant(self, country: Country = Country.GERMANY, **changes: Any) -> Person:
        return self.person(Role.APPLICANT, **{"language": "de" if country is Country.GERMANY else "fr", **changes})

    def office(self, side: Side) -> Person:
        """Somebody in the office of that side."""
        return self.staff(Role.OFFICE, OFFICES[side])

    # --- organisations -----------------------------------------------------------------------------

    def organisation(
        self,
        by: Person | None = None,
        country: Country = Country.GERMANY,
        kind: Kind = Kind.ASSOCIATION,
        **changes: Any,
    ) -> Organisation:
        """A complete organisation with ``by`` as its member."""
        by = by or self.applicant(country)
        with self.session():
            made = organisations.create(profile(country, kind, **changes), by=by)
            return db.session.scalars(
                select(Organisation)
                .where(Organisation.id == made.id)
                .options(selectinload(Organisation.memberships).joinedload(Membership.person))
            ).one()

    def colleague(self, organisation: Organisation, role: MemberRole, **changes: Any) -> Person:
        """Somebody else who acts for the organisation."""
        person = self.applicant(organisation.country, **changes)
        self.join(organisation, person, role)
        return person

    def join(self, organisation: Organisation, person: Person, role: MemberRole) -> None:
        with self.session():
            key = organisation.id
            db.session.add(Membership(organisation_id=key, person_id=person.id, role=role, since=clock.now()))
            db.session.flush()
            db.session.expire(db.session.get_one(Organisation, key), ["memberships"])

    # --- applications ------------------------------------------------------------------------------

    def application(
        self,
        state: State = State.DRAFT,
        *,
        by: Person | None = None,
        organisation: Organisation | None = None,
        country: Country = Country.GERMANY,
        kind: Kind = Kind.ASSOCIATION,
        title: str = "",
        asks: int = eur(9_400),
        costs: int = eur(11_800),
        starts_in: int = 168,
        partner_name: str = "",
        reason: str = "Bitte ergänzen Sie die Unterlagen.",
        channel: Channel = Channel.PORTAL,
        call: str = "27-1",
    ) -> Application:
        """A complete file, moved by the real verbs as far as the formal check can take it.

        Beyond ``ADMITTED`` see review and decisions. ``by`` is its contact; amounts are cents.
        """
        by = by or self.applicant(country)
        organisation = organisation or self.organisation(by, country, kind)
        with self.session():
            lead = db.session.merge(organisation, load=True)
            its = db.session.scalars(select(Call).where(Call.code == call)).one()
            application = applications.start(its, lead, by=by, language=by.language)
            fill_in(application, by, title, asks, costs, starts_in, partner_name, channel)
            self._move(application, state, by, reason)
            application_id = application.id
        return self.reload(application_id)

    def _move(self, application: Application, state: State, by: Person, reason: str) -> None:
        office = self.office(application.lead_side) if state not in {State.DRAFT, State.SUBMITTED} else None
        if state is State.DRAFT:
            return
        if state is State.WITHDRAWN:
            applications.withdraw(application, by=by)
            return
        applications.submit(application, by=by)
        moves: dict[State, Callable[[], None]] = {
            State.SUBMITTED: lambda: None,
            State.RETURNED: lambda: applications.return_(application, reason=reason, by=office),
            State.ADMITTED: lambda: applications.admit(application, by=office),
            State.INADMISSIBLE: lambda: applications.exclude(application, reason=reason, by=office),
        }
        if state not in moves:
            raise ValueError(f"{state} lies beyond the formal check: arrange it with review's and decisions' verbs")
        moves[state]()

    # --- review ------------------------------------------------------------------------------------

    def reviewer(self, party: Party, *more: Role, **changes: Any) -> Person:
        return self.staff(Role.REVIEWER, party, *more, **changes)

    def assign(self, application: Application, reviewer: Person) -> Assignment:
        """The reviewer's own side's office puts them on the file."""
        assert reviewer.party
        return self.assign_by(application, reviewer, self.office(reviewer.party.side))

    def assign_by(self, application: Application, reviewer: Person, office: Person) -> Assignment:
        with self.session():
            file = db.session.get_one(Application, application.id)
            return review.assign(file, db.session.get_one(Person, reviewer.id), by=office)

    def nominate(self, application: Application, reviewer: Person, office: Person | None = None) -> None:
        """An office, Düsseldorf's unless named, proposes ``reviewer`` for the third review."""
        office = office or self.office(Side.GERMAN)
        with self.session():
            file = db.session.get_one(Application, application.id)
            review.nominate(file, db.session.get_one(Person, reviewer.id), by=office)

    def confirm(self, application: Application, reviewer: Person, office: Person | None = None) -> Assignment:
        """The other office, Toulouse's unless named, confirms ``reviewer``."""
        office = office or self.office(Side.FRENCH)
        with self.session():
            return review.confirm(db.session.get_one(Application, application.id), reviewer.id, by=office)

    def declare(self, application: Application, reviewer: Person, *, conflict: bool = False) -> None:
        """The reviewer declares; assigned first if need be."""
        with self.session():
            assignment = self._assignment(application, reviewer)
            by = assignment.reviewer
            review.declare(assignment, conflict=conflict, reason="Mein Bruder" * conflict, confidential=True, by=by)

    def review(
        self,
        application: Application,
        reviewer: Person,
        points: int | Sequence[int] = 8,
        *,
        recommended: int | None = None,
        comment: str = "Nachvollziehbar begründet.",
        submit: bool = True,
    ) -> None:
        """The reviewer gives ``points`` for each criterion and submits (or only saves); assigned first if need be.

        In an assessed file that is the third review, which both offices agree on.
        """
        with self.session():
            assignment = self._assignment(application, reviewer)
            if assignment.conflict is Conflict.UNDECLARED:
                review.declare(assignment, conflict=False, confidential=True, by=assignment.reviewer)
            file = assignment.application
            each = [points] * len(file.call.criteria) if isinstance(points, int) else points
            verb = review.submit if submit else review.save_draft
            verb(
                assignment,
                {c.position: Mark(given, comment) for c, given in zip(file.call.criteria, each, strict=True)},
                recommended_cents=file.requested_cents if recommended is None else recommended,
                comment=comment,
                by=assignment.reviewer,
            )

    def _assignment(self, application: Application, reviewer: Person) -> Assignment:
        wanted = select(Assignment).where(
            Assignment.application_id == application.id, Assignment.reviewer_id == reviewer.id
        )
        if found := db.session.scalar(wanted):
            return found
        if db.session.get_one(Application, application.id).state is State.ASSESSED:
            self.nominate(application, reviewer)
            return self.confirm(application, reviewer)
        return self.assign(application, reviewer)

    def in_review(self, **changes: Any) -> tuple[Application, Person, Person]:
        """A file with one reviewer from Düsseldorf and one from Toulouse, both assigned."""
        application = self.application(State.ADMITTED, **changes)
        german, french = self.reviewer(Party.DUESSELDORF), self.reviewer(Party.TOULOUSE)
        self.assign(application, german)
        self.assign(application, french)
        return self.reload(application.id), german, french

    def assessed(self, german: int | Sequence[int] = 8, french: int | Sequence[int] = 8, **changes: Any) -> Application:
        """A file with both reviews in: so many points for each criterion."""
        application, of_duesseldorf, of_toulouse = self.in_review(**changes)
        self.review(application, of_duesseldorf, german)
        self.review(application, of_toulouse, french)
        return self.reload(application.id)

    # --- decisions ---------------------------------------------------------------------------------

    def signatory(self, party: Party, *more: Role, **changes: Any) -> Person:
        return self.staff(Role.SIGNATORY, party, *more, **changes)

    def proposed(
        self,
        application: Application | None = None,
        *,
        award: int | None = None,
        shares: dict[Party, int] | None = None,
        votes: bool = True,
        by: Person | None = None,
        **terms: Any,
    ) -> Proposal:
        """An award before both cities: all that was asked for, split 50/30/20, with its délibérations.

        ``award=0``: a rejection. ``votes=False``: the Toulouse office still owes number and date.
        """
        file = application or self.assessed()
        award = file.requested_cents if award is None else award
        by = by or self.office(file.lead_side)
        if award:
            shares = shares or dict(zip(Party, split(award, (50, 30, 20)), strict=True))
            terms = {"outcome": Outcome.AWARD, "award": award, "shares": shares, **PURPOSE, **terms}
            if award < file.requested_cents:
                terms = {"reason_de": "Die Mittel sind knapp.", "reason_fr": "Les crédits sont limités.", **terms}
        else:
            terms = {
                "outcome": Outcome.REJECTION,
                "rejection_reason": RejectionReason.CRITERIA_NOT_MET,
                "reason_de": "Der Austausch bleibt zu einseitig.",
                "reason_fr": "L’échange reste trop unilatéral.",
                **terms,
            }
        with self.session():
            made = decisions.propose(db.session.get_one(Application, file.id), **terms, by=by)
            if votes and award:
                entered = {
                    party: Deliberation(f"DEL-{party.value[0].upper()}-7", clock.today())
                    for party in (Party.TOULOUSE, Party.METROPOLE)
                    if (shares or {}).get(party)
                }
                made = decisions.deliberate(made, entered, by=self.office(Side.FRENCH)) if entered else made
            proposal_id = made.id
        return self.proposal(proposal_id)

    def turn(self, proposal: Proposal, person: Person) -> Proposal:
        """``person`` signs what now stands: a key, or Métropole's consent."""
        with self.session():
            found = db.session.get_one(Proposal, proposal.id)
            verb = decisions.consent if person.party is Party.METROPOLE else decisions.turn_key
            verb(found, found.digest, by=db.session.get_one(Person, person.id))
        return self.proposal(proposal.id)

    def decided(self, proposal: Proposal | None = None, **terms: Any) -> Proposal:
        """Both keys turned, with Métropole's consent where it pays."""
        proposal = proposal or self.proposed(**terms)
        if any(share.cents for share in proposal.shares if share.funder_code is Party.METROPOLE):
            self.turn(proposal, self.signatory(Party.METROPOLE))
        self.turn(proposal, self.signatory(Party.DUESSELDORF))
        return self.turn(proposal, self.signatory(Party.TOULOUSE))

    def proposal(self, proposal_id: UUID) -> Proposal:
        """The proposal as the database has it now."""
        with self.session():
            return loading.proposal(proposal_id)

    def reload(self, application_id: UUID) -> Application:
        """The file as the database has it now, with what tests look at."""
        with self.session():
            return loading.application(application_id)


def written(application: Application) -> Version:
    """What its applicant reads and writes: the open version, else the one sent last."""
    version = application.open or application.sent
    assert version
    return version


__all__ = ["PASSWORD", "PURPOSE", "Given", "budget", "called", "profile", "siret", "written"]
