"""Write a letter down once, with its number; the workers print it afterwards."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import IllegalStep, Incomplete
from grantflow.kernel.parties import Actor, Party
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Letter, RegisterCounter
from ..states import Kind, Standing


def issue(
    kind: Kind, *, funder: Party, language: str, facts: rules.Facts, key: str, subject_id: UUID, by: Actor
) -> Letter:
    """Issue one letter under ``key`` (the deed's own name); a second call returns the same letter.

    Refuses with Incomplete what may not be issued. Then: draws the next register number of the funder's year
    (its row stays locked until commit), freezes the facts, notes it on the trail, rings the workers after commit.
    In any language but the funder's own it is the courtesy translation of the act, which must exist.
    """
    facts = facts.for_paper()
    if facts.funder.party is not funder:
        raise ValueError("the facts are another funder's")
    if reasons := rules.why_not_issue(kind, facts):
        raise Incomplete(reasons)
    standing, now = rules.standing(funder, language), clock.now()
    counter = _counter(funder, facts.sent_on.year) if standing is Standing.ACT else None
    # Only now: whoever held the counter before us may have issued this very letter.
    own_key = _key(kind, key, funder, language)
    if letter := queries.by_key(own_key):
        return letter
    if counter is not None:
        counter.last += 1
        register = rules.register_number(funder, counter.year, counter.last)
    else:
        act = queries.by_key(_key(kind, key, funder, funder.language))
        if act is None:
            raise IllegalStep("letter_without_act")
        register = act.register_number
        # Lists are newest first: a translation stands right behind its act.
        now = act.created_at - timedelta(microseconds=1)
    letter = Letter(
        key=own_key,
        kind=kind,
        standing=standing,
        funder=funder,
        language=language,
        subject_id=subject_id,
        application_number=facts.application_number,
        project_title=facts.project_title,
        recipient_name=facts.recipient.organisation,
        amount_cents=facts.award.amount if facts.award else None,
        register_number=register,
        facts=facts.to_json(),
        template_version=rules.TEMPLATE_VERSION,
        search_text=rules.folded(
            " ".join((register, facts.application_number, facts.project_title, facts.recipient.organisation))
        ),
        created_at=now,
    )
    db.session.add(letter)
    db.session.flush()
    audit.record(
        "letter_issued",
        on=letter,
        by=by,
        after={"kind": kind, "standing": standing, "language": language, "application": facts.application_number},
    )
    jobs.ring(jobs.JobName.RENDER_LETTER, Letter, letter.id)
    return letter


def issue_with_courtesy(
    kind: Kind, *, funder: Party, facts: rules.Facts, key: str, subject_id: UUID, by: Actor
) -> list[Letter]:
    """The act, and beside it the translation where the recipient reads the other language (D17)."""
    languages = [funder.language, *([facts.contact_language] if facts.has_courtesy else [])]
    return [
        issue(kind, funder=funder, language=language, facts=facts, key=key, subject_id=subject_id, by=by)
        for language in languages
    ]


def _key(kind: Kind, key: str, funder: Party, language: str) -> str:
    return f"{kind}:{key}:{funder}:{language}"


def _counter(funder: Party, year: int) -> RegisterCounter:
    """The funder's counter for the year, locked."""
    db.session.execute(insert(RegisterCounter).values(funder=funder, year=year, last=0).on_conflict_do_nothing())
    return db.session.scalars(
        select(RegisterCounter)
        .where(RegisterCounter.funder == funder, RegisterCounter.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
