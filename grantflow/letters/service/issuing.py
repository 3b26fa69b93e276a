"""Write letters down once, with their numbers; the workers print them afterwards."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import tuple_, update
from sqlalchemy.dialects.postgresql import insert

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import Incomplete
from grantflow.kernel.parties import Actor, Party
from grantflow.kernel.text import fold
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import queries, rules
from ..models import Letter, RegisterCounter
from ..rules import Facts
from ..states import PRINTING, Kind, Standing

Year = tuple[Party, int]


def issue(
    kind: Kind, facts: Sequence[Facts], *, key: str, subject_id: UUID, application_id: UUID, by: Actor
) -> list[Letter]:
    """Issue the letters of one deed: each funder's act, and behind it the translation for a recipient who reads the
    other language (D17).

    ``key`` is the deed's own name: a second call returns the same letters. Refuses with Incomplete what may not be
    issued, all of it. Then: draws the next register number of each funder's year (the rows stay locked until commit),
    freezes the facts, notes each letter on the trail, rings the workers after commit. However many: two statements.
    """
    if reasons := [reason for its in facts for reason in rules.why_not_issue(kind, its)]:
        raise Incomplete(reasons)
    years = sorted({_year(its) for its in facts})
    numbers = _draw(years)
    whose = {"subject_id": subject_id, "application_id": application_id}
    rows = [
        {**row, "key": f"{kind}:{key}:{its.funder.party}:{row['language']}", **whose}
        for its in facts
        for row in _rows(kind, its, numbers[_year(its)], clock.now())
    ]
    printing = [jobs.Promise(PRINTING, row["key"]) for row in rows]
    rows = [{**row, "id": uuid4(), "job_id": promise.id} for row, promise in zip(rows, printing, strict=True)]
    once = insert(Letter).values(rows).on_conflict_do_nothing(index_elements=[Letter.key]).returning(Letter)
    new = {letter.key: letter for letter in db.session.scalars(once.add_cte(*jobs.promised(printing)))}
    if len(new) < len(rows):
        return _issued_before([row["key"] for row in rows], new, years)
    letters = [new[row["key"]] for row in rows]
    for letter in letters:
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
    return letters


def _issued_before(keys: Sequence[str], new: Collection[str], years: Sequence[Year]) -> list[Letter]:
    """The letters of a deed that was issued already. The numbers drawn go back: their rows are still ours."""
    if new:
        raise ValueError("a deed is issued whole, and once")
    back = update(RegisterCounter).where(tuple_(RegisterCounter.funder, RegisterCounter.year).in_(years))
    db.session.execute(back.values(last=RegisterCounter.last - 1))
    found = queries.by_keys(keys)
    return [found[key] for key in keys]


def _rows(kind: Kind, facts: Facts, register: str, at: datetime) -> Iterator[dict[str, Any]]:
    """The act and, where it has one, its translation: the facts as rows, with what lists show and search."""
    recipient = facts.recipient.organisation
    for language in rules.languages(facts):
        standing = rules.standing(facts.funder.party, language)
        yield {
            "kind": kind,
            "standing": standing,
            "funder": facts.funder.party,
            "language": language,
            "application_number": facts.application_number,
            "project_title": facts.project_title,
            "recipient_name": recipient,
            "amount_cents": facts.award.amount if facts.award else None,
            "channel": facts.channel,
            "register_number": register,
            "facts": facts.to_json(),
            "template_version": rules.TEMPLATE_VERSION,
            "search_text": fold(" ".join((register, facts.application_number, facts.project_title, recipient))),
            # Lists are newest first: a translation stands right behind its act.
            "created_at": at if standing is Standing.ACT else at - timedelta(microseconds=1),
        }


def _year(facts: Facts) -> Year:
    return facts.funder.party, facts.sent_on.year


def _draw(years: Sequence[Year]) -> dict[Year, str]:
    """The next register number of each; the rows are locked in one order: two deeds queue, none deadlocks."""
    rows = [{"funder": funder, "year": year, "last": 1} for funder, year in years]
    draw = insert(RegisterCounter).values(rows)
    draw = draw.on_conflict_do_update(
        index_elements=[RegisterCounter.funder, RegisterCounter.year], set_={"last": RegisterCounter.last + 1}
    )
    drawn = db.session.execute(draw.returning(RegisterCounter.funder, RegisterCounter.year, RegisterCounter.last))
    return {(funder, year): rules.register_number(funder, year, last) for funder, year, last in drawn}
