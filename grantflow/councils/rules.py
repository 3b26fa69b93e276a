"""When a file will be decided, and by when each step must be done so that it is decided before its project starts.

Forwards from the step a file is at: what the applicant is promised. Backwards from the project's first day: what the
offices have to keep. Both know the councils' sittings: a funder's council takes the first sitting whose papers are
still open. All days are civil days of both cities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from grantflow.kernel.parties import Party

from .states import Step

#: Days each step takes once it has begun. The steps are common practice (domain.md, section 4); how long they take is
#: our assumption until the offices have measured it. The papers themselves take no time: they have a last day.
DAYS: Mapping[Step, int] = {
    Step.CHECK: 7,
    Step.REVIEWS: 21,
    Step.COMPARISON: 7,
    Step.PROPOSAL: 7,
    Step.PAPERS: 0,
    Step.KEYS: 5,
    Step.LETTERS: 2,
}
ORDER = tuple(Step)
_BEFORE_COUNCILS = ORDER[: ORDER.index(Step.PAPERS)]


@dataclass(frozen=True, slots=True, order=True)
class Sitting:
    """A council sits on a day, and its papers must be in by another, no later."""

    meets_on: date
    papers_by: date


#: The sittings of the funders of a call; none known: an empty sequence.
Calendar = Mapping[Party, Sequence[Sitting]]


def silent(calendar: Calendar, ready: date) -> tuple[Party, ...]:
    """The funders of whose council no sitting is known that takes papers of ``ready``."""
    return tuple(party for party, sittings in calendar.items() if _first(sittings, ready) is None)


def _first(sittings: Sequence[Sitting], ready: date) -> date | None:
    """The first sitting that takes papers of ``ready``."""
    return min((its.meets_on for its in sittings if its.papers_by >= ready), default=None)


def all_sat(calendar: Calendar, ready: date) -> date | None:
    """The day on which every council has sat that gets papers on ``ready``; None while one has no such sitting."""
    days = [_first(sittings, ready) for sittings in calendar.values()]
    known = [day for day in days if day is not None]
    return max(known, default=ready) if len(known) == len(days) else None


def papers_ready(step: Step, done: date) -> date:
    """When the papers can be in if ``step`` is done on ``done``."""
    later = _BEFORE_COUNCILS[ORDER.index(step) + 1 :]
    return done + timedelta(days=sum(DAYS[its] for its in later))


def expected(step: Step, begun: date, today: date, calendar: Calendar) -> date | None:
    """The day by which the decision is there if everything takes its days from here on; None while a council has no
    sitting for it. A step that should have been done by now is taken to be done today.

    Whoever is at the keys has their papers in since the proposal, ``begun``.
    """
    done = max(begun + timedelta(days=DAYS[step]), today)
    sat = all_sat(calendar, begun if step is Step.KEYS else papers_ready(step, done))
    if sat is None:
        return None
    return max(sat + timedelta(days=DAYS[Step.KEYS]), today) + timedelta(days=DAYS[Step.LETTERS])


def earliest(step: Step, today: date, calendar: Calendar) -> date | None:
    """The first day on which a decision could be there if ``step`` were done today: what starts by then misses it."""
    if step is Step.KEYS:
        return today + timedelta(days=DAYS[Step.LETTERS])
    sat = all_sat(calendar, papers_ready(step, today))
    return sat + timedelta(days=DAYS[Step.KEYS] + DAYS[Step.LETTERS]) if sat else None


def due(starts_on: date, calendar: Calendar) -> dict[Step, date] | None:
    """By when each step must be done so that the letters are there before the project starts: nothing may begin
    before its award (domain.md 2.4). None where no sitting is left for it, or none is known."""
    letters = starts_on - timedelta(days=1)
    keys = letters - timedelta(days=DAYS[Step.LETTERS])
    last = keys - timedelta(days=DAYS[Step.KEYS])
    papers = [
        max((its.papers_by for its in sittings if its.meets_on <= last), default=None) for sittings in calendar.values()
    ]
    known = [day for day in papers if day is not None]
    if len(known) < len(papers):
        return None
    day = min(known, default=last)
    found = {Step.LETTERS: letters, Step.KEYS: keys, Step.PAPERS: day}
    for step in reversed(_BEFORE_COUNCILS):
        found[step] = day
        day -= timedelta(days=DAYS[step])
    return {step: found[step] for step in ORDER}


@dataclass(frozen=True, slots=True)
class Promise:
    """The one date an applicant is told."""

    #: By when the decision is there; None while the councils' dates are not known.
    on: date | None
    #: What was promised when the application was sent, where that cannot be kept.
    broken: date | None
    #: And that day is over.
    has_passed: bool


def promise(sent_on: date, admitted_on: date | None, today: date, calendar: Calendar) -> Promise:
    """What was promised on the day of sending stands, however fast the file moves. It is put off only by what the
    applicant is told anyway: by a formal check that takes longer, and once by the day of the admission; nothing of
    the deliberation moves it (T13). Where it has passed, the next sittings say when the decision can be there.
    """
    first = expected(Step.CHECK, sent_on, sent_on, calendar)
    if admitted_on is None:
        now = expected(Step.CHECK, sent_on, today, calendar)
    else:
        now = expected(Step.REVIEWS, admitted_on, admitted_on, calendar)
    if first and now:
        now = max(first, now)
    if now and now < today:
        now = earliest(Step.PROPOSAL, today, calendar)
    has_passed = first is not None and first < today
    is_broken = has_passed if now is None else now != first
    return Promise(now, first if is_broken else None, has_passed)


def sitting_flaws(meets_on: date, papers_by: date, today: date) -> dict[str, str]:
    """What is wrong with a sitting as entered, by field."""
    found = {}
    if meets_on < today:
        found["meets_on"] = "sitting_in_past"
    if papers_by > meets_on:
        found["papers_by"] = "papers_after_sitting"
    return found
