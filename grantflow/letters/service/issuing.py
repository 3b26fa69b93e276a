"""Write letters down once, with their numbers; the workers print them afterwards."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Incomplete
from grantflow.kernel.parties import Actor, Party
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Letter, RegisterCounter
from ..rules import Facts
from ..states import Kind, Standing

Year = tuple[Party, int]


def issue(kind: Kind, facts: Sequence[Facts], *, key: str, subject_id: UUID, by: Actor) -> list[Letter]:
    """Issue the letters of one deed: each funder's act, and behind it the translation for a recipient who reads the
    other language (D17).

    ``key`` is the deed's own name: a second call returns the same letters. Refuses with Incomplete what may not be
    issued, all of it. Then: draws the next register number of each funder's year (the rows stay locked until commit),
    freezes the facts, notes each letter on the trail, rings the workers after commit. However many: four statements.
    """
    if reasons := [reason for its in facts for reason in rules.why_not_issue(kind, its)]:
        raise Incomplete(reasons)
    counters = _counters({_year(its) for its in facts})
    # Only now: whoever held a counter before us may have issued this very deed.
    wanted = {_key(kind, key, its, language): (its, language) for its in facts for language in rules.languages(its)}
    found = queries.by_keys(wanted)
    now = clock.now()
    for own_key, (its, language) in wanted.items():
        if own_key in found:
            continue
        if rules.standing(its.funder.party, language) is Standing.ACT:
            counter = counters[_year(its)]
            counter.last += 1
            register, at = rules.register_number(counter.funder, counter.year, counter.last), now
        else:
            act = found[_key(kind, key, its, its.funder.party.language)]
            # Lists are newest first: a translation stands right behind its act.
            register, at = act.register_number, act.created_at - timedelta(microseconds=1)
        letter = _letter(kind, its, language, register)
        letter.key, letter.subject_id, letter.created_at = own_key, subject_id, at
        found[own_key] = letter
    letters = [found[own_key] for own_key in wanted]
    new = [letter for letter in letters if letter not in db.session]
    db.session.add_all(new)
    db.session.flush()
    for letter in new:
        audit.record(
            "letter_issued",
            on=letter,
            by=by,
            after={
                "kind": kind,
                "standing": letter.standing,
                "language": letter.language,
                "application": letter.application_number,
            },
        )
        jobs.ring(jobs.JobName.RENDER_LETTER, Letter, letter.id)
    return letters


def _letter(kind: Kind, facts: Facts, language: str, register: str) -> Letter:
    """The facts as a row, with what lists show and search."""
    recipient = facts.recipient.organisation
    return Letter(
        kind=kind,
        standing=rules.standing(facts.funder.party, language),
        funder=facts.funder.party,
        language=language,
        application_number=facts.application_number,
        project_title=facts.project_title,
        recipient_name=recipient,
        amount_cents=facts.award.amount if facts.award else None,
        register_number=register,
        facts=facts.to_json(),
        template_version=rules.TEMPLATE_VERSION,
        search_text=rules.folded(" ".join((register, facts.application_number, facts.project_title, recipient))),
    )


def _key(kind: Kind, key: str, facts: Facts, language: str) -> str:
    return f"{kind}:{key}:{facts.funder.party}:{language}"


def _year(facts: Facts) -> Year:
    return facts.funder.party, facts.sent_on.year


def _counters(years: Collection[Year]) -> dict[Year, RegisterCounter]:
    """The funders' counters of these years, locked, always in the same order: two deeds queue, none deadlocks."""
    rows = [{"funder": funder, "year": year, "last": 0} for funder, year in sorted(years)]
    # An update that changes nothing is what locks a row that was there before.
    lock = insert(RegisterCounter).values(rows)
    lock = lock.on_conflict_do_update(
        index_elements=[RegisterCounter.funder, RegisterCounter.year], set_={"last": RegisterCounter.last}
    )
    query = lock.returning(RegisterCounter).execution_options(populate_existing=True)
    return {(counter.funder, counter.year): counter for counter in db.session.scalars(query)}
