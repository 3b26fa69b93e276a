"""Erasure is possible: one verb empties what people wrote on a file; numbers, hashes and amounts remain."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.decisions import service
from grantflow.decisions.models import Act, Proposal, Version
from grantflow.kernel.errors import Forbidden, IllegalStep
from grantflow.kernel.parties import SYSTEM, Party, Role
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.notifications.models import Message
from grantflow.platform import storage
from grantflow.platform.db import Base, db
from grantflow.review import service as reviews
from grantflow.review.models import Assignment
from tests.given import Given

SECRET = "Geheimnis"
#: What nothing is ever taken from, and who people and organisations are: no part of a file.
BESIDES = {"audit_entry", "person", "organisation"}


def printed(app: Flask, application_id: UUID) -> list[str]:
    """Every letter of the file has its file, and as much as a person may have said about it; its digests."""
    with app.app_context():
        its = Letter.application_id == application_id
        for letter in db.session.scalars(select(Letter).where(its)):
            content = f"%PDF {letter.id}".encode()
            file = {"digest": storage.put(content), "byte_size": len(content), "pages": 1}
            db.session.execute(update(Letter).where(Letter.id == letter.id).values(file))
        db.session.commit()
        return list(db.session.scalars(select(Letter.digest).where(its)))


def decided(app: Flask, given: Given) -> Proposal:
    """A file that was sent back once and awarded then, all its words ``SECRET``."""
    application, biased = given.application(State.ADMITTED, title=SECRET), given.reviewer(Party.DUESSELDORF)
    given.assign(application, biased)
    with app.app_context():
        its = db.session.scalars(select(Assignment).where(Assignment.reviewer_id == biased.id)).one()
        reviews.declare(its, conflict=True, reason=SECRET, by=biased)
        db.session.commit()
    for reviewer in (given.reviewer(Party.DUESSELDORF), given.reviewer(Party.TOULOUSE)):
        given.review(application, reviewer, comment=SECRET)
    first = given.proposed(
        given.reload(application.id),
        **{f"{name}_{language}": SECRET for name in ("purpose", "reason", "conditions") for language in ("de", "fr")},
    )
    with app.app_context():
        sender = given.signatory(Party.TOULOUSE)
        service.send_back(db.session.get_one(Proposal, first.id), SECRET, by=sender)
        db.session.commit()
    again = given.proposed(
        given.reload(first.application_id),
        **{f"{name}_{language}": SECRET for name in ("purpose", "reason", "conditions") for language in ("de", "fr")},
    )
    proposal = given.decided(again)
    printed(app, proposal.application_id)
    return proposal


def purge(app: Flask, application_id: UUID) -> None:
    with app.app_context():
        service.purge(db.session.get_one(Application, application_id), by=SYSTEM)
        db.session.commit()


def tables_with(words: str) -> set[str]:
    """Tables in which ``words`` stand, in whatever column."""
    found = set()
    for name in Base.metadata.tables:
        query = text(f'SELECT count(*) FROM "{name}" t WHERE t::text LIKE :like')  # noqa: S608 - names of our own
        if db.session.scalar(query, {"like": f"%{words}%"}):
            found.add(name)
    frozen = "SELECT count(*) FROM proposal_version WHERE convert_from(frozen, 'UTF8') LIKE :like"
    if db.session.scalar(text(frozen), {"like": f"%{words}%"}):
        found.add("proposal_version")
    return found


def remains(application_id: UUID) -> list[object]:
    """Numbers, hashes and amounts of what was put to the cities and of what was issued."""
    versions = db.session.scalars(
        select(Version)
        .join(Version.proposal)
        .join(Proposal.act)
        .where(Act.application_id == application_id)
        .order_by(Act.number, Version.number)
    )
    issued = select(Letter).where(Letter.application_id == application_id).order_by(Letter.key)
    return [
        *(
            (
                its.digest,
                its.content.terms["award"],
                its.content.terms["shares"],
                its.content.terms["deliberations"],
                [act.bodies for act in its.content.acts.values()],
                its.content.sources,
            )
            for its in versions
        ),
        *(
            (
                its.register_number,
                its.digest,
                its.body_digest,
                its.amount_cents,
                its.issued_on,
                its.signatory,
                its.facts["award"]["total"],
                its.facts["award"]["project_start"],
            )
            for its in db.session.scalars(issued)
        ),
    ]


def test_erasure_is_possible(app: Flask, given: Given) -> None:
    """Versions, changes, bodies and facts, proposals, moves, letters and messages; and the names of both parties."""
    its = decided(app, given).application_id
    with app.app_context():
        sent = db.session.get_one(Application, its).sent
        assert sent
        assert sent.partner
        lead, partner, before = sent.lead.name, sent.partner.name, remains(its)
        words = {"body", "letter", "proposal", "proposal_version", "act", "message", "assessment", "score", "seat"}
        assert words <= tables_with(SECRET)
        assert {"organisation", "body", "letter"} <= tables_with(lead) | tables_with(partner)
    purge(app, its)
    with app.app_context():
        assert tables_with(SECRET) <= BESIDES
        assert tables_with(lead) <= BESIDES
        assert tables_with(partner) <= {"audit_entry"}
        assert remains(its) == before
        assert set(db.session.scalars(select(Message.email).where(Message.facts["number"].astext.is_not(None)))) == {""}


def test_the_files_of_erased_letters_go_with_the_next_scan(app: Flask, given: Given) -> None:
    its, other = decided(app, given).application_id, decided(app, given).application_id
    mine, theirs = printed(app, its), printed(app, other)
    purge(app, its)
    with app.app_context():
        assert letters.scan() == []
        assert [storage.size(digest) for digest in mine] == [-1] * len(mine)
        assert min(storage.size(digest) for digest in theirs) > 0


def test_words_that_another_files_letter_needs_stay(app: Flask, given: Given) -> None:
    its, other = decided(app, given).application_id, decided(app, given).application_id
    with app.app_context():
        shared = db.session.scalars(select(Letter.body_digest).where(Letter.application_id == its)).first()
        db.session.execute(text("ALTER TABLE letter DISABLE TRIGGER letter_letter_is_frozen"))
        db.session.execute(
            text("UPDATE letter SET body_digest = :shared WHERE application_id = :other"),
            {"shared": shared, "other": other},
        )
        db.session.execute(text("ALTER TABLE letter ENABLE TRIGGER letter_letter_is_frozen"))
        db.session.commit()
    purge(app, its)
    words = text("SELECT text FROM body WHERE digest = :shared")
    with app.app_context():
        assert SECRET in str(db.session.scalar(words, {"shared": shared}))
    purge(app, other)
    with app.app_context():
        assert db.session.scalar(words, {"shared": shared}) == ""


def test_only_the_system_erases_and_only_what_is_closed_and_printed(app: Flask, given: Given) -> None:
    closed, living = given.decided().application_id, given.application(State.SUBMITTED)
    administrator = given.staff(Role.ADMINISTRATOR, Party.DUESSELDORF)
    with app.app_context():
        for application_id, by, error in (
            (closed, administrator, Forbidden),
            (living.id, SYSTEM, IllegalStep),
            (closed, SYSTEM, IllegalStep),
        ):
            with pytest.raises(error):
                service.purge(db.session.get_one(Application, application_id), by=by)
            db.session.rollback()
    printed(app, closed)
    purge(app, closed)


#: Emptied as the verb does it, on a file whose versions were not; and more than emptied, on one whose versions were.
GUARDED = (
    "UPDATE body SET text = ''",
    "UPDATE proposal_version SET purged_at = now(), frozen = content_without_texts(frozen)",
    "UPDATE letter SET purged_at = now(), project_title = '', recipient_name = '', facts = facts_without_texts(facts)",
    "UPDATE proposal SET purged_at = now(), purpose_de = '', purpose_fr = '', reason_de = '', reason_fr = '',"
    " conditions_de = '', conditions_fr = ''",
    "UPDATE act SET return_reason = '' WHERE state = 'abandoned'",
    "UPDATE assessment SET comment = ''",
    "UPDATE score SET comment = ''",
)
NEVER = (
    "UPDATE proposal_version SET purged_at = now(), frozen = ''",
    "UPDATE proposal_version SET purged_at = now(), frozen = content_without_texts(frozen), digest = ''",
    "UPDATE letter SET purged_at = now(), project_title = 'x', recipient_name = '', facts = facts_without_texts(facts)",
    "UPDATE letter SET purged_at = now(), project_title = '', recipient_name = '', facts = '{}'",
    "UPDATE letter SET purged_at = now(), project_title = '', recipient_name = '',"
    " facts = facts_without_texts(facts), amount_cents = 1",
    "UPDATE proposal SET purged_at = now(), reason_de = 'x'",
    "UPDATE proposal SET purged_at = now(), award_cents = 1, purpose_de = '', purpose_fr = '', reason_de = '',"
    " reason_fr = '', conditions_de = '', conditions_fr = ''",
    "UPDATE act SET return_reason = 'x' WHERE state = 'abandoned'",
    "UPDATE assessment SET comment = 'x'",
    "UPDATE assessment SET comment = '', total = 1",
    "UPDATE score SET comment = '', points = 1",
    "DELETE FROM score",
)


def test_nothing_but_erasure_passes_the_triggers(app: Flask, given: Given) -> None:
    its = decided(app, given).application_id
    living = given.application(State.SUBMITTED).id

    def passes(statement: str) -> bool:
        with db.session.begin_nested() as savepoint:
            try:
                db.session.execute(text(statement))
            except DBAPIError:
                savepoint.rollback()
                return False
            savepoint.rollback()
            return True

    with app.app_context():
        assert [statement for statement in (*GUARDED, *NEVER) if passes(statement)] == []
        # The root: the versions of the file, once it is closed.
        root = (
            "UPDATE application_version SET purged_at = now(), title = '', summary = '', places = '',"
            " other_public_funding = '', content = CASE WHEN content IS NOT NULL THEN ''::bytea END"
            " WHERE application_id = '{}'"
        )
        assert not passes(root.format(living))
        db.session.execute(text(root.format(its)))
        assert [statement for statement in GUARDED[1:] if not passes(statement)] == []
        assert [statement for statement in (GUARDED[0], *NEVER) if passes(statement)] == []
        db.session.rollback()
    purge(app, its)
    with app.app_context():
        again = (
            "UPDATE body SET text = 'x'",
            "UPDATE proposal_version SET frozen = 'x'",
            "UPDATE letter SET recipient_name = 'x'",
            "UPDATE letter SET purged_at = NULL",
            "UPDATE proposal SET reason_de = 'x'",
        )
        assert [statement for statement in again if passes(statement)] == []


def test_the_pages_of_an_erased_file_still_answer(
    app: Flask, given: Given, as_: Callable[[Person], FlaskClient]
) -> None:
    proposal = decided(app, given)
    its, contact = proposal.application_id, given.reload(proposal.application_id).contact
    purge(app, its)
    office = as_(given.office(given.reload(its).lead_side))
    erased = "Die Texte dieses Antrags sind gelöscht"
    for path in (
        f"/staff/applications/{its}",
        f"/decisions/{proposal.id}",
        f"/decisions/{proposal.id}/letters/duesseldorf",
    ):
        reply = office.get(path)
        assert (reply.status_code, erased in reply.text) == (200, True), path
    desk = as_(given.staff(Role.FINANCE, Party.DUESSELDORF))
    listed = desk.get("/finance/letters")
    assert (listed.status_code, "gelöscht" in listed.text) == (200, True)
    with app.app_context():
        letter = db.session.scalars(
            select(Letter.id).where(Letter.application_id == its, Letter.funder == Party.DUESSELDORF)
        ).first()
    assert desk.get(f"/finance/letters/{letter}.pdf").status_code == 409
    own = as_(contact)
    assert own.get(f"/applications/{its}").status_code == 200
    assert own.get(f"/applications/{its}/letters/{letter}").status_code == 404
