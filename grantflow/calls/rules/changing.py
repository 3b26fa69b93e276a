"""What a call may still change once it is open: deadlines later, envelopes up, words; never what applicants are limited
or judged by."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from grantflow.releases.rules import Flaw, Path, differences, placed

from ..documents import CallDocument, plain
from .instants import first_instant, last_instant

#: Texts: where one is corrected, everybody sees the new words and the old ones.
WORDING = {
    "criteria": ("title", "question", "scale"),
    "questions": ("label", "help"),
    "papers": ("title", "help"),
}
#: What has a direction of its own, see below.
MOVABLE = {"categories": ("closings",), "envelopes": ("limit", "is_released")}
#: Lists whose items others refer to and whose order is a part of what is said, by what names an item.
LISTS = {"categories": "number", "criteria": "code", "questions": "code", "papers": "code", "envelopes": "party"}


def has_opened(call: CallDocument, now: datetime) -> bool:
    """Whether people could apply by ``now``, even if they no longer can."""
    return first_instant(call.opens_at) <= now


def not_to_change(before: CallDocument, after: CallDocument, now: datetime) -> Iterator[Flaw]:
    """What ``after`` changes although the call has opened; before that day everything may."""
    if not has_opened(before, now):
        return
    yield from _fixed(plain(before), plain(after))
    yield from _deadline(("closes_at",), [before.closes_at], [after.closes_at], now)
    old = {category.number: category.closings for category in before.categories}
    for place, category in enumerate(after.categories):
        yield from _deadline(("categories", place, "closings"), old.get(category.number, ()), category.closings, now)
    pots = {envelope.party: envelope for envelope in before.envelopes}
    for place, envelope in enumerate(after.envelopes):
        was = pots.get(envelope.party, envelope)
        if envelope.limit < was.limit:
            yield Flaw(("envelopes", place, "limit"), "flaw.envelope_not_lower")
        if was.is_released and not envelope.is_released:
            yield Flaw(("envelopes", place, "is_released"), "flaw.fixed_after_opening")


def may_change_when_open(path: Sequence[str]) -> bool:
    """Whether an open call may still change the value at this path, in its direction."""
    name, *inner = path
    if name in LISTS:
        return len(inner) > 1 and inner[1] in (*WORDING.get(name, ()), *MOVABLE.get(name, ()))
    return name in ("title", "summary", "closes_at")


def is_eased(before: CallDocument, after: CallDocument) -> bool:
    """Whether some deadline is later, or some envelope larger."""
    return _eased(before) != _eased(after)


def _eased(call: CallDocument) -> tuple[object, ...]:
    own = [sorted(map(last_instant, category.closings)) for category in call.categories]
    return last_instant(call.closes_at), own, {envelope.party: envelope.limit for envelope in call.envelopes}


def _fixed(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Flaw]:
    same = {name for name, key in LISTS.items() if _names(before, name, key) == _names(after, name, key)}
    for name in LISTS:
        if name not in same:
            yield Flaw((name,), "flaw.lines_are_fixed")
    old, new = (_judging(document, same) for document in (before, after))
    for its in differences(old, new):
        yield Flaw(placed(its.path, after), "flaw.fixed_after_opening")


def _names(document: dict[str, Any], name: str, key: str) -> list[Any]:
    return [item[key] for item in document[name]]


def _judging(document: dict[str, Any], lists: set[str]) -> dict[str, Any]:
    """Without words, deadlines and sums; of lists those that have the same items."""
    left_out = {name: {*WORDING.get(name, ()), *MOVABLE.get(name, ())} for name in LISTS}
    rest = {n: value for n, value in document.items() if n not in {*LISTS, "title", "summary", "closes_at"}}
    return rest | {
        name: [{n: value for n, value in item.items() if n not in left_out[name]} for item in document[name]]
        for name in LISTS
        if name in lists
    }


def _deadline(path: Path, before: Sequence[datetime], after: Sequence[datetime], now: datetime) -> Iterator[Flaw]:
    """One by one they stay or move to a day that is still to come; there may be more of them, never fewer."""
    was, becomes = (sorted(map(last_instant, its)) for its in (before, after))
    if len(becomes) < len(was) or any(new < old for old, new in zip(was, becomes, strict=False)):
        yield Flaw(path, "flaw.deadline_not_earlier")
    elif any(instant <= now for instant in becomes if instant not in was):
        yield Flaw(path, "flaw.deadline_is_past")
