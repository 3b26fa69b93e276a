"""How a call's limits apply to an amount and a day. Amounts in cents, shares in hundredths of a percent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Protocol, TypeVar
from uuid import UUID

from grantflow.kernel import clock

from ..states import Stage


class CategoryLike(Protocol):
    number: int
    up_to_cents: int | None
    share_bp: int


class Timed(Protocol):
    lead_days: int | None


class Depth(Protocol):
    """From which category on a question is asked, and from which it must be answered; None: in none."""

    @property
    def asked_from(self) -> int: ...

    @property
    def required_from(self) -> int | None: ...


class CallLike(Protocol):
    @property
    def id(self) -> UUID: ...

    @property
    def code(self) -> str: ...


C = TypeVar("C", bound=CategoryLike)
A = TypeVar("A", bound=CallLike)


def chosen(calls: Sequence[A], code: str | None, work: Mapping[UUID, int]) -> A | None:
    """Of ``calls``, the latest first, the one that an address names; else the first with work in it; else the first."""
    named = (call for call in calls if call.code == code)
    busy = (call for call in calls if work.get(call.id))
    return next(named, None) or next(busy, None) or next(iter(calls), None)


def category_of(categories: Sequence[C], requested_cents: int) -> C:
    """The category that the amount asked for falls into, by the cent (R1, D15).

    Raises ValueError where no category is open upwards.
    """
    for category in sorted(categories, key=attrgetter("number")):
        if category.up_to_cents is None or requested_cents <= category.up_to_cents:
            return category
    raise ValueError("no category is open upwards")


def floor_of(categories: Sequence[C], category: C) -> int:
    """The smallest amount of ``category``: one cent above the largest of the one below."""
    below = [c.up_to_cents for c in categories if c.number < category.number and c.up_to_cents is not None]
    return max(below, default=0) + 1


def largest_share(categories: Sequence[CategoryLike]) -> int:
    """The best share that any of the categories pays."""
    return max(category.share_bp for category in categories)


def shortest_lead(categories: Sequence[Timed]) -> int | None:
    """The fewest days between sending and the first day; None where every category has dates of its own (D15)."""
    return min((category.lead_days for category in categories if category.lead_days is not None), default=None)


def ceiling(share_bp: int, eligible_cents: int) -> int:
    """The largest grant for these eligible costs, rounded down to the cent (R1)."""
    return eligible_cents * share_bp // 10_000


def is_asked(question: Depth, category: int) -> bool:
    """Whether applications of this category are asked: the larger the grant, the more a call wants to know."""
    return category >= question.asked_from


def is_required(question: Depth, category: int) -> bool:
    """Whether an application of this category cannot be sent without an answer."""
    return question.required_from is not None and category >= question.required_from


def is_open(opens_at: datetime, closes_at: datetime, now: datetime) -> bool:
    return opens_at <= now <= closes_at


def stage(opens_at: datetime, closes_at: datetime, now: datetime) -> Stage:
    """How far a released call is: it opens and closes by itself."""
    if now < opens_at:
        return Stage.ANNOUNCED
    return Stage.OPEN if now <= closes_at else Stage.CLOSED


def earliest_start(sent_on: date, lead_days: int) -> date:
    """The first day a project may begin when sent on ``sent_on`` (R2)."""
    return sent_on + timedelta(days=lead_days)


def next_closing(closings: Sequence[datetime], now: datetime) -> datetime | None:
    """The next of a category's own closing instants (category 4), if one is left."""
    return min((instant for instant in closings if instant >= now), default=None)


def days_left(closes_at: datetime) -> int:
    """Days of the local calendar until a deadline; negative once it has passed."""
    return (clock.local(closes_at).date() - clock.today()).days
