"""The ranking of a call: stored standings in one indexed read, page by page, with what the money still reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, true, tuple_

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import DECIDABLE, State
from grantflow.calls import queries as ledger
from grantflow.calls import rules as calls
from grantflow.calls.models import Call, Envelope, Reservation
from grantflow.calls.queries import Choice
from grantflow.kernel.parties import Actor, Party, Side
from grantflow.platform.db import db
from grantflow.review.models import Assignment, Standing
from grantflow.seats.states import Conflict

from .. import policy, rules
from ..models import Act, Proposal
from ..states import ActState, Outcome
from .files import visible_to
from .holdings import age, sums

PAGE = 50


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a page ends: its last file, with rank and running total, so that deep pages cost what the first does."""

    score: Decimal
    application_id: UUID
    rank: int
    total: int
    fits: bool
    #: The line below which the money does not reach stands on an earlier page.
    cut: bool

    def __str__(self) -> str:
        return f"{self.score}~{self.application_id}~{self.rank}~{self.total}~{int(self.fits)}~{int(self.cut)}"

    @classmethod
    def read(cls, text: str | None) -> "Edge | None":
        """The edge in a link; anything unreadable begins at the top."""
        try:
            score, key, rank, total, fits, cut = (text or "").split("~")
            edge = cls(Decimal(score), UUID(key), int(rank), int(total), fits == "1", cut == "1")
        except (ValueError, InvalidOperation):
            return None
        sound = edge.score.is_finite() and 0 <= edge.score < 1000 and 0 < edge.rank < 10**6 and 0 <= edge.total < 10**13
        return edge if sound else None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A file in the ranking."""

    rank: int
    application_id: UUID
    number: str
    title: str
    #: In which the title is written.
    language: str
    lead: str
    lead_side: Side
    state: State
    score: Decimal
    german: Decimal
    french: Decimal
    third: int | None
    threshold: int
    third_due: bool
    requested: int
    recommended: int
    proposal_id: UUID | None
    outcome: Outcome | None
    #: What was awarded or is proposed; None without a proposal.
    award: int | None
    #: Since when and by whom its money is reserved; None where it holds none.
    held_since: datetime | None
    holder: str | None
    #: What it takes from the money still free: nothing once decided, refused or below the threshold.
    claims: int
    #: Everything promised, and what fits of everything ranked up to here.
    total: int
    fits: bool

    @property
    def held_days(self) -> int:
        return age(self.held_since) if self.held_since else 0

    @property
    def is_below(self) -> bool:
        return self.score < self.threshold

    @property
    def is_beyond(self) -> bool:
        """The money does not reach this far. What is awarded or proposed holds its money, whatever its rank."""
        return self.state is State.ASSESSED and self.claims > 0 and not self.fits


@dataclass(frozen=True, slots=True)
class Pot:
    """One funder's envelope: committed + reserved + free = limit. Cents."""

    party: Party
    limit: int
    committed: int
    reserved: int
    #: Set while the money is announced only: nothing is decided with it.
    announced: UUID | None

    @property
    def free(self) -> int:
        """What can still be proposed."""
        return self.limit - self.committed - self.reserved


@dataclass(frozen=True, slots=True)
class Ranking:
    call: Call
    choice: Choice
    rows: list[Ranked]
    pots: list[Pot]
    #: Files the actor is excluded from: neither listed nor counted.
    excluded: int
    #: Score and id of the lowest in rank that holds money.
    last_holder: tuple[Decimal, UUID] | None
    after: Edge | None
    more: bool

    @property
    def frame(self) -> int:
        return sum(pot.limit for pot in self.pots)

    @property
    def committed(self) -> int:
        return sum(pot.committed for pot in self.pots)

    @property
    def cut(self) -> Ranked | None:
        """The first file on this page that the money no longer reaches; the line is drawn above it, and never above
        a file that is awarded or proposed."""
        if self.after and self.after.cut:
            return None
        last = self.last_holder
        beyond = (row for row in self.rows if row.is_beyond)
        return next((row for row in beyond if not last or (row.score, row.application_id) < last), None)

    @property
    def next(self) -> Edge | None:
        """Where the next page begins, if there is one."""
        if not self.more:
            return None
        last, cut = self.rows[-1], bool(self.cut or (self.after and self.after.cut))
        return Edge(last.score, last.application_id, last.rank, last.total, last.fits, cut)


def ranking(actor: Actor, code: str | None = None, after: Edge | None = None) -> Ranking | None:
    """One page of a call's ranking, by points, highest first; without ``code`` the latest call that has one. Seven
    statements, and one to look for that call.

    Files below their threshold keep their place and claim nothing. None: there is no such call.
    """
    choice = ledger.choice(code, lambda its: _ranked(actor) if code is None else {})
    if choice.call is None or code not in {None, choice.call.code}:
        return None
    call = choice.call
    latest = _latest()
    held = _held(latest)
    query = (
        select(
            Application.id,
            Application.number,
            Application.title,
            Application.language,
            Application.lead_name,
            Application.lead_side,
            Application.state,
            Application.requested_cents,
            Standing.score,
            Standing.german,
            Standing.french,
            Standing.third,
            Standing.third_due,
            Standing.recommended_cents,
            Proposal.id.label("proposal_id"),
            latest.c.kind,
            Proposal.award_cents,
            held.c.since,
            held.c.name.label("holder"),
        )
        .select_from(Standing)
        .join(Standing.application)
        .outerjoin(latest, true())
        .outerjoin(Proposal, Proposal.act_id == latest.c.id)
        .outerjoin(held, true())
        .where(Standing.call_id == call.id, visible_to(actor))
        .order_by(Standing.score.desc(), Standing.application_id.desc())
        .limit(PAGE + 1)
    )
    if after:
        query = query.where(tuple_(Standing.score, Standing.application_id) < tuple_(after.score, after.application_id))
    found = db.session.execute(query).all()
    held = sums(actor, call.id)
    pots = [_pot(envelope, held.get(envelope.funder_code, 0)) for envelope in call.envelopes]
    return Ranking(
        call=call,
        choice=choice,
        rows=_rows(call, found[:PAGE], pots, after),
        pots=pots,
        excluded=_excluded(actor, call),
        last_holder=_last_holder(actor, call),
        after=after,
        more=len(found) > PAGE,
    )


def _latest() -> Any:
    """The last act of each file, unless it was sent back: one look into the index for each row of the page."""
    acts = select(Act.id, Act.kind).where(Act.application_id == Application.id, Act.state != ActState.ABANDONED)
    return acts.order_by(Act.number.desc()).limit(1).correlate(Application).lateral("latest")


def _held(latest: Any) -> Any:
    """Since when and by whom such an act holds money, while it does."""
    query = select(Reservation.since, Person.name).join(Reservation.holder).where(Reservation.act_id == latest.c.id)
    return query.order_by(Reservation.since).limit(1).correlate(latest).lateral("held")


def _ranked(actor: Actor) -> dict[UUID, int]:
    """The calls that rank a file which exists for the actor."""
    files = select(Standing.application_id).join(Standing.application)
    # One look into the index for each call, however many files they have.
    one = files.where(Standing.call_id == Call.id, visible_to(actor)).limit(1).correlate(Call).scalar_subquery()
    return dict.fromkeys(db.session.scalars(select(Call.id).where(one.is_not(None))), 1)


def _rows(call: Call, found: Sequence[Any], pots: Sequence[Pot], after: Edge | None) -> list[Ranked]:
    frame = sum(pot.limit for pot in pots)
    start = after.total if after else sum(pot.committed + pot.reserved for pot in pots)
    thresholds = [calls.category_of(call.categories, row.requested_cents).min_score for row in found]
    claims = [_claims(row, threshold) for row, threshold in zip(found, thresholds, strict=True)]
    # Awards and open proposals hold their money already: they count before any rank.
    asks = [claim if row.state is State.ASSESSED else 0 for row, claim in zip(found, claims, strict=True)]
    reach = rules.reach(asks, start=start, frame=frame, fits=after.fits if after else True)
    first = after.rank + 1 if after else 1
    return [
        Ranked(
            rank=rank,
            application_id=row[0],
            number=row.number,
            title=row.title,
            language=row.language,
            lead=row.lead_name,
            lead_side=row.lead_side,
            state=row.state,
            score=row.score,
            german=row.german,
            french=row.french,
            third=row.third,
            threshold=threshold,
            third_due=row.third_due,
            requested=row.requested_cents,
            recommended=row.recommended_cents,
            proposal_id=row.proposal_id,
            outcome=row.kind,
            award=row.award_cents,
            held_since=row.since,
            holder=row.holder,
            claims=claim,
            total=fit.total,
            fits=fit.fits,
        )
        for rank, (row, threshold, claim, fit) in enumerate(zip(found, thresholds, claims, reach, strict=True), first)
    ]


def _claims(row: Any, threshold: int) -> int:
    """What a file takes, or would take, of the money that is not committed."""
    if row.state is State.PROPOSED:
        return int(row.award_cents)
    if row.state is State.ASSESSED and row.score >= threshold:
        return int(min(row.recommended_cents or row.requested_cents, row.requested_cents))
    return 0


def _pot(envelope: Envelope, reserved: int) -> Pot:
    announced = None if envelope.is_released else envelope.id
    return Pot(envelope.funder_code, envelope.limit_cents, envelope.committed_cents, reserved, announced)


def _last_holder(actor: Actor, call: Call) -> tuple[Decimal, UUID] | None:
    """The lowest in rank of the files that are awarded, or proposed for an award."""
    query = (
        select(Standing.score, Standing.application_id)
        .join(Standing.application)
        .outerjoin(Act, and_(Act.application_id == Application.id, Act.state == ActState.OPEN))
        .where(
            Standing.call_id == call.id,
            visible_to(actor),
            or_(Application.state == State.AWARDED, Act.kind == Outcome.AWARD),
        )
        .order_by(Standing.score, Standing.application_id)
        .limit(1)
    )
    row = db.session.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def _excluded(actor: Actor, call: Call) -> int:
    """How many files of the call the actor declared a conflict for; that much they know themselves."""
    if not policy.decides(actor):
        return 0
    query = (
        select(func.count())
        .select_from(Assignment)
        .join(Assignment.application)
        .where(
            Assignment.reviewer_id == actor.id,
            Assignment.conflict == Conflict.DECLARED,
            Application.call_id == call.id,
            Application.state.in_(DECIDABLE),
        )
    )
    return db.session.scalar(query) or 0
