"""The world that the security tests attack: the demo's fund with its past, a letter in every hand, and every persona.

It is built once on a database of its own. Tests work inside ``World.undone()``, a transaction that is rolled back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select, text

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person, Purpose, SignIn, Token
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.calls.models import Call, Envelope
from grantflow.councils.models import Sitting
from grantflow.dashboard import service as dashboard
from grantflow.decisions.models import Act, Proposal
from grantflow.demo.people import STAFF
from grantflow.demo.play import Cast, play
from grantflow.demo.projects import PROJECTS
from grantflow.kernel import clock
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.letters.models import Letter
from grantflow.letters.states import Standing
from grantflow.notifications.models import Message
from grantflow.organisations.models import Organisation
from grantflow.organisations.states import Country, MemberRole
from grantflow.platform import jobs, mailsink, storage, tokens
from grantflow.platform.db import db, insert_once
from grantflow.review.models import Assignment, Nomination
from grantflow.seats.states import Conflict
from tests.accounts.proofs import reported, with_app
from tests.given import Given, begun, called

from .drafting import editions, role_proposed
from .subjects import File, Subject

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
NAMES = {D: "D", T: "T", M: "M"}
ASSIGNED_GERMAN, ASSIGNED_FRENCH = "reviewer D, assigned", "reviewer T or M, assigned"
OWN, OTHER = "applicant, own", "applicant, other"
#: Colleagues of whoever that is, in every organisation but the other's.
EDITOR, READER = "applicant, own, editor", "applicant, own, reader"
CONFLICTED = "reviewer + signatory D, in conflict"
TWO_ROLES = "office + reviewer D, review open"
#: Not in the matrix: an office's page of one file must not tell what happens in those that are closed to them.
RECUSED_OFFICE = "office + reviewer D, in conflict"
UNASSIGNED = "reviewer D, unassigned"
DISABLED = "office D, disabled"
VISITOR = "visitor"
#: The columns of the access matrix, in order.
PERSONAS = (
    VISITOR,
    OWN,
    EDITOR,
    READER,
    OTHER,
    ASSIGNED_GERMAN,
    ASSIGNED_FRENCH,
    UNASSIGNED,
    CONFLICTED,
    TWO_ROLES,
    *(f"office {p}" for p in "DT"),
    *(f"signatory {p}" for p in "DTM"),
    *(f"finance {p}" for p in "DM"),
    *(f"administrator {p}" for p in "DT"),
    DISABLED,
)


@dataclass
class Notes:
    """What is known of the world's rows: good for every copy of its database."""

    #: Addresses of people by persona; those that depend on the file are looked up there.
    people: dict[str, str] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    letters: dict[str, UUID] = field(default_factory=dict)
    failed: dict[str, UUID] = field(default_factory=dict)
    links: dict[Purpose, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    #: A file that nobody has a part in (``free``), a third reviewer (``nominee``) and a role that wait to be confirmed,
    #: an ``envelope`` and a ``sitting`` of Düsseldorf's.
    landmarks: dict[str, UUID] = field(default_factory=dict)
    mail: str = ""
    now: datetime = field(default_factory=clock.now)


class World:
    """Built anew on the database of ``app``, or, with ``notes``, found there as a copy."""

    def __init__(self, app: Flask, notes: Notes | None = None) -> None:
        self.app = app
        self.given = Given(app)
        self.notes = notes or Notes()
        self.people, self.ids, self.files = self.notes.people, self.notes.ids, self.notes.files
        self.letters, self.failed, self.links = self.notes.letters, self.notes.failed, self.notes.links
        self.landmarks = self.notes.landmarks
        if notes is None:
            self._build()
            self.sign_everybody_in()
            self.notes.now = clock.now()

    def _build(self) -> None:
        given = self.given
        with self.app.app_context():
            # Whole seconds ago: rows written now never lie in the frozen clock's future.
            now = clock.now() - timedelta(minutes=1)
            call = db.session.scalars(select(Call)).one()
            with clock.frozen(call.opens_at):
                staff = [
                    given.person(*s.roles, party=s.party, language=s.language, name=s.name.full, email=s.email)
                    for s in STAFF
                ]
                applicants = {
                    p.contact.email: given.person(
                        Role.APPLICANT, language=p.contact.language, name=p.contact.name.full, email=p.contact.email
                    )
                    for p in PROJECTS
                }
            play(call, Cast(staff, applicants), until=now)
            db.session.commit()
            self._more_files()
            self._more_people(staff)
            self._conflicts()
            self.landmarks["role proposal"] = role_proposed(self._person(UNASSIGNED), self._person("administrator D"))
            role_proposed(self._person("office T"), self._person("administrator T"))
            dashboard.try_mail(by=self._person("administrator D"))
            db.session.commit()
            self.landmarks |= editions(self._person("administrator D"), self._person("office D"))
            self._print_letters()
            self._fail_work()
            self._links()
            self._mailbox()
            self._look_around()
            db.session.commit()

    def _more_files(self) -> None:
        """States and sides that the demo leaves out."""
        given = self.given
        for state in (State.INADMISSIBLE, State.WITHDRAWN, State.RETURNED):
            given.application(state)
        given.application(State.SUBMITTED, country=Country.FRANCE)
        # Both reviewers still at work.
        application, german, french = given.in_review(country=Country.FRANCE)
        given.declare(application, german)
        given.review(application, french, 4, comment="Brouillon.", submit=False)
        given.assessed(country=Country.FRANCE)
        # The two cities far apart, and one office has proposed a third reviewer.
        apart = given.assessed(9, 4)
        nominee = given.reviewer(M, name="Theo Third")
        given.nominate(apart, nominee)
        self.landmarks["nominee"] = nominee.id
        # A file that nobody has a part in, with a picker for every office.
        self.landmarks["free"] = given.application(State.ADMITTED, title="Nobody’s conflict").id
        self.landmarks["sitting"] = insert_once(Sitting, party=D, meets_on=date(2099, 1, 5), papers_by=date(2099, 1, 5))
        self.landmarks["envelope"] = db.session.scalars(select(Envelope.id).filter_by(funder_code=D)).one()
        # The demo's awards and proposals leave little.
        given.proposed(given.assessed(country=Country.FRANCE), award=10_000)

    def _more_people(self, staff: list[Person]) -> None:
        given = self.given
        for person in staff:
            for role in person.roles - {Role.REVIEWER}:
                assert person.party
                self.people[f"{role} {NAMES[person.party]}"] = person.email
        organisations = db.session.scalars(select(Organisation)).all()
        for persona, role in ((EDITOR, MemberRole.EDITOR), (READER, MemberRole.READER)):
            colleague = given.applicant(email=f"{role}@security.example", name=f"Colin {role.title()}")
            self.people[persona] = colleague.email
            for organisation in organisations:
                given.join(organisation, colleague, role)
        other = given.applicant(email="other@security.example", name="Olive Other")
        given.application(by=other, title="Another organisation’s draft")
        self.people[OTHER] = other.email
        self.landmarks["factor"] = with_app(self.app, other).id
        # Alone in Toulouse: administrators of other parties may report that it is lost.
        with_app(self.app, self._person("administrator T"))
        self.landmarks["loss"] = reported(other, self._person("administrator T")).id
        self.people[UNASSIGNED] = given.staff(Role.REVIEWER, D, email="unassigned@security.example").email
        self.people[CONFLICTED] = given.staff(
            Role.REVIEWER, D, Role.SIGNATORY, email="conflicted@security.example", name="Conny Conflict"
        ).email
        self.people[TWO_ROLES] = given.staff(
            Role.OFFICE, D, Role.REVIEWER, email="two@security.example", name="Toni Two"
        ).email
        self.people[RECUSED_OFFICE] = given.staff(
            Role.OFFICE, D, Role.REVIEWER, email="recused@security.example", name="Rita Recused"
        ).email
        self.people[DISABLED] = given.staff(Role.OFFICE, D, email="disabled@security.example").email
        given.staff(Role.FINANCE, M, email="colleague.m@security.example")

    def _conflicts(self) -> None:
        """Two people recused from every file but one; one with two roles and an open review in each under review."""
        now, office = clock.now(), self._person("office D")
        recused, both = (self._person(CONFLICTED), self._person(RECUSED_OFFICE)), self._person(TWO_ROLES)
        reviewable = [State.ADMITTED, State.IN_REVIEW, State.ASSESSED, State.PROPOSED, State.AWARDED, State.REJECTED]
        closed = Application.state.in_(reviewable) & (Application.id != self.landmarks["free"])
        for file in db.session.scalars(select(Application).where(closed)).all():
            common = {"application_id": file.id, "party": D, "assigned_by": office.id, "assigned_at": now}
            declared = {"conflict": Conflict.DECLARED, "conflict_reason": "Secret reason", "declared_at": now}
            db.session.add_all(Assignment(**common, **declared, reviewer_id=person.id) for person in recused)
            if file.state in {State.ADMITTED, State.IN_REVIEW}:
                db.session.add(Assignment(**common, reviewer_id=both.id, conflict=Conflict.UNDECLARED))
        db.session.flush()

    def _print_letters(self) -> None:
        """A small file for every letter of one awarded file and for the rejection: no need of WeasyPrint here."""
        waiting = db.session.scalars(select(Letter).order_by(Letter.created_at, Letter.id)).all()
        db.session.commit()
        for letter in waiting[:-2]:
            claim = jobs.claim(letter.job_id)
            assert claim
            letter.digest = storage.put(f"%PDF-1.7 {letter.register_number} {letter.language}".encode())
            letter.byte_size, letter.pages = 40, 1
            assert jobs.finish(claim)
            db.session.commit()
        db.session.expire_all()

    def _fail_work(self) -> None:
        letter = db.session.scalars(select(Letter).where(Letter.digest.is_(None)).limit(1)).one()
        message = db.session.scalars(select(Message).limit(1)).one()
        upkeep = jobs.begin("audit.watch", "")
        db.session.commit()
        for job_id in (letter.job_id, message.job_id, upkeep):
            claim = jobs.claim(job_id)
            assert claim
            jobs.release(claim, "the test says so", permanent=True)
        self.failed |= {"letter": letter.id, "message": message.id}
        db.session.expire_all()

    def _links(self) -> None:
        accounts.register(
            name=called("Wanda Warten"),
            email="waiting@security.example",
            password="sieben stille Linden",
            language="de",
        )
        accounts.request_reset(self.people[OTHER])
        accounts.request_address(self._person(OTHER), "olive@security.example")
        accounts.invite(
            name=called("Ivo Invited"),
            email="ivo@security.example",
            party=D,
            roles={Role.FINANCE},
            language="de",
            by=SYSTEM,
        )
        db.session.commit()
        for token in db.session.scalars(select(Token)):
            self.links[token.purpose] = tokens.derive(token.id)

    def _mailbox(self) -> None:
        folder = mailsink.folder(self.app.extensions["settings"].data_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self.notes.mail = "20270101T000000.000000Z-00000000"
        (folder / f"{self.notes.mail}.eml").write_text(
            "Delivered-To: a@example.org\r\nFrom: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello\r\n"
        )

    def _person(self, persona: str) -> Person:
        return db.session.scalars(select(Person).where(Person.email == self.people[persona])).one()

    def _look_around(self) -> None:
        emails = {person.id: person.email for person in db.session.scalars(select(Person))}
        self.ids.update((email, key) for key, email in emails.items())
        for row in db.session.scalars(select(Application).order_by(Application.created_at, Application.id)):
            file = File(row.id, row.state, row.lead_side, emails[row.contact_id], row.lead_id)
            for seat in db.session.scalars(select(Assignment).where(Assignment.application_id == row.id)):
                email = emails[seat.reviewer_id]
                if email not in {self.people[name] for name in (CONFLICTED, RECUSED_OFFICE, TWO_ROLES)}:
                    persona = ASSIGNED_GERMAN if seat.party is D else ASSIGNED_FRENCH
                    file.reviewers[persona] = email
                    file.assignments[persona] = seat.id
            file.proposal = db.session.scalar(select(Proposal.id).join(Act).where(Act.application_id == row.id))
            for letter in db.session.scalars(
                select(Letter).where(Letter.application_id == row.id, Letter.digest.is_not(None))
            ):
                kind = "" if letter.standing is Standing.ACT else ", courtesy"
                file.letters[f"{NAMES[letter.funder]}{kind}"] = letter.id
                self.letters.setdefault(f"{NAMES[letter.funder]}{kind}", letter.id)
            self.files.setdefault("third due" if db.session.get(Nomination, row.id) else file.label, file)

    @property
    def watched(self) -> set[str]:
        """Ids of the files that something happens to in a test, and of what belongs to them."""
        labels = ("draft D", "submitted D", "returned D", "in_review D", "in_review T", "assessed D")
        labels += ("third due", "proposed T")
        files = [self.files[label] for label in labels]
        return {str(self.landmarks["free"])} | {
            str(key) for file in files for key in (file.id, file.proposal, file.organisation)
        }

    # --- being somebody --------------------------------------------------------------------------

    def who(self, persona: str, subject: Subject | None = None) -> str | None:
        """The address of whoever plays ``persona`` towards ``subject``; None: nobody does, or a visitor."""
        if persona == VISITOR:
            return None
        file = next((f for f in self.files.values() if subject and f.id == subject.file), None)
        if persona == OWN:
            return file.contact if file else (subject.owner if subject and subject.owner else self._somebody.contact)
        if persona in {ASSIGNED_GERMAN, ASSIGNED_FRENCH}:
            return (file or self._somebody).reviewers.get(persona)
        return self.people[persona]

    @property
    def _somebody(self) -> File:
        return self.files["in_review D"]

    def client(self, email: str | None) -> FlaskClient:
        """A client signed in as ``email``, by a session row made once."""
        client = self.app.test_client()
        if email is not None:
            client.set_cookie("grantflow", self.notes.cookies[email])
        return client

    def cookie(self, email: str) -> str:
        """The session cookie of ``email``, for a browser."""
        return self.notes.cookies[email]

    def sign_everybody_in(self) -> None:
        """Session rows for all; the disabled one is disabled afterwards."""
        with self.app.app_context():
            begun(self._person(OTHER))
            self.landmarks["session"] = db.session.scalars(select(SignIn.id)).one()
            for person in db.session.scalars(select(Person)):
                client = self.app.test_client()
                with client.session_transaction() as session:
                    session["_user_id"] = begun(person)
                cookie = client.get_cookie("grantflow")
                assert cookie
                self.notes.cookies[person.email] = cookie.value
            self._person(DISABLED).disabled_at = clock.now()
            db.session.commit()

    # --- working without a trace -----------------------------------------------------------------

    @contextmanager
    def undone(self) -> Iterator[Connection]:
        """Everything inside happens in one transaction that is rolled back; the clock stands still."""
        with self.app.app_context():
            engine = db.engine
        engines, factory = db._app_engines[self.app], db.session.session_factory
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection  # type: ignore[assignment]
            factory.kw["join_transaction_mode"] = "create_savepoint"
            try:
                with clock.frozen(self.notes.now):
                    yield connection
            finally:
                engines[None] = engine
                factory.kw.pop("join_transaction_mode")
                outer.rollback()

    def digest(self, connection: Connection, *leave_out: str) -> dict[str, str]:
        """A fingerprint of every table but those left out."""
        tables = connection.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).all()
        rows = "SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM"
        return {
            table: connection.scalar(text(f'{rows} "{table}" t')) or ""
            for table in sorted(set(tables) - set(leave_out))
        }
