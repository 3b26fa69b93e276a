"""What keeps a call from being released, each flaw at the place where it can be mended."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party
from grantflow.releases.rules import Flaw, Path

from ..documents import CallDocument
from .changing import not_to_change
from .instants import first_instant, last_instant
from .needing import CITIES
from .scoring import points_max

#: Where flaws of its name stand, which is no part of the document.
KEY: Path = ("edition", "key")
#: ``27-1``: the year it closes in, and a count.
CODE = re.compile(r"[0-9]{2}-[1-9][0-9]?")
#: More than this no column and no mark of a ranking holds.
POINTS_LIMIT = 999
#: Names that the forms of an application's steps have for themselves; a test compares them.
RESERVED = frozenset(
    {
        *("title", "theme", "format", "summary", "places", "participants_german", "participants_french"),
        *("asks", "volunteers", "volunteer_hours", "mostly_minors", "is_school_trip"),
        *(
            "action",
            "answers",
            "blame",
            "clash",
            "codes",
            "csrf_token",
            "data",
            "errors",
            "form_errors",
            "hidden_tag",
            "meta",
        ),
        *(
            "is_submitted",
            "populate_obj",
            "post_process",
            "process",
            "saw",
            "seen",
            "sent",
            "show",
            "validate",
            "validate_on_submit",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Around:
    """What a call is judged by beside its own words."""

    now: datetime
    #: First and last day of the agreement that it names; None: there is none of that name.
    agreement: tuple[date, date] | None
    #: Those whose data are in force.
    funders: Collection[Party]
    #: Committed and reserved so far, in cents.
    taken: Mapping[Party, int]
    #: Another call has its code.
    is_code_taken: bool = False


def flaws(key: str, before: CallDocument | None, after: CallDocument, around: Around) -> list[Flaw]:
    """Everything at once, in the order of the document; last what an open call may not change."""
    return [
        *_code(key, around),
        *_period(before, after, around),
        *_categories(after),
        *_criteria(after),
        *_questions(after),
        *_papers(after),
        *_envelopes(after, around),
        *(not_to_change(before, after, around.now) if before else ()),
    ]


def _code(key: str, around: Around) -> Iterator[Flaw]:
    if not CODE.fullmatch(key):
        yield Flaw(KEY, "flaw.call_code")
    elif around.is_code_taken:
        yield Flaw(KEY, "flaw.call_code_taken")


def _period(before: CallDocument | None, after: CallDocument, around: Around) -> Iterator[Flaw]:
    """An opening that has passed is no flaw, the call then opens with the last key; a deadline that has is."""
    opens, closes = first_instant(after.opens_at), last_instant(after.closes_at)
    if around.agreement is None:
        yield Flaw(("agreement",), "flaw.agreement_unknown")
    else:
        first, last = around.agreement
        for name, instant in (("opens_at", opens), ("closes_at", closes)):
            if not first <= clock.local(instant).date() <= last:
                yield Flaw((name,), "flaw.outside_agreement", {"first": first, "last": last})
    if closes <= opens:
        yield Flaw(("closes_at",), "flaw.closes_before_opening")
    elif before is None and closes <= around.now:
        yield Flaw(("closes_at",), "flaw.deadline_is_past")
    if after.guideline.dated > clock.local(opens).date():
        yield Flaw(("guideline", "dated"), "flaw.guideline_after_opening")
    if after.gap_limit > points_max(after.criteria):
        yield Flaw(("gap_limit",), "flaw.more_than_all_points", {"max": points_max(after.criteria)})


def _categories(after: CallDocument) -> Iterator[Flaw]:
    opens, closes = first_instant(after.opens_at), last_instant(after.closes_at)
    below, most = 0, points_max(after.criteria)
    for place, category in enumerate(after.categories):
        here: Path = ("categories", place)
        is_last = place == len(after.categories) - 1
        if category.number != place + 1:
            yield Flaw((*here, "number"), "flaw.category_number", {"expected": place + 1})
        if is_last and category.up_to is not None:
            yield Flaw((*here, "up_to"), "flaw.last_category_has_limit")
        elif not is_last and category.up_to is None:
            yield Flaw((*here, "up_to"), "flaw.category_limit_missing")
        elif category.up_to is not None and eur(category.up_to) <= below:
            yield Flaw((*here, "up_to"), "flaw.category_limit_not_rising")
        below = eur(category.up_to) if category.up_to is not None else below
        if category.min_score > most:
            yield Flaw((*here, "min_score"), "flaw.more_than_all_points", {"max": most})
        if category.lead_days is None and not category.closings:
            yield Flaw((*here, "closings"), "flaw.closings_missing")
        elif category.lead_days is not None and category.closings:
            yield Flaw((*here, "closings"), "flaw.closings_beside_lead")
        elif any(not opens < last_instant(instant) <= closes for instant in category.closings):
            yield Flaw((*here, "closings"), "flaw.closing_outside_call")
        elif len(set(map(last_instant, category.closings))) < len(category.closings):
            yield Flaw((*here, "closings"), "flaw.closing_twice")


def _criteria(after: CallDocument) -> Iterator[Flaw]:
    yield from _once("criteria", [criterion.code for criterion in after.criteria])
    if points_max(after.criteria) > POINTS_LIMIT:
        yield Flaw(("criteria",), "flaw.too_many_points", {"max": POINTS_LIMIT})
    always = {code for question in after.questions if question.asked_from == 1 for code in question.informs}
    for place, criterion in enumerate(after.criteria):
        if criterion.code not in always:
            yield Flaw(("criteria", place, "code"), "flaw.criterion_without_question")


def _questions(after: CallDocument) -> Iterator[Flaw]:
    yield from _once("questions", [question.code for question in after.questions])
    known, last = {criterion.code for criterion in after.criteria}, len(after.categories)
    for place, question in enumerate(after.questions):
        here: Path = ("questions", place)
        if question.code in RESERVED:
            yield Flaw((*here, "code"), "flaw.code_reserved")
        if foreign := tuple(code for code in question.informs if code not in known):
            yield Flaw((*here, "informs"), "flaw.criterion_unknown", {"codes": foreign})
        if question.asked_from > last:
            yield Flaw((*here, "asked_from"), "flaw.category_unknown", {"last": last})
        if question.required_from is not None:
            if question.required_from > last:
                yield Flaw((*here, "required_from"), "flaw.category_unknown", {"last": last})
            elif question.required_from < question.asked_from:
                yield Flaw((*here, "required_from"), "flaw.required_before_asked")


def _papers(after: CallDocument) -> Iterator[Flaw]:
    yield from _once("papers", [paper.code for paper in after.papers])
    for place, paper in enumerate(after.papers):
        if paper.asked_from > len(after.categories):
            yield Flaw(("papers", place, "asked_from"), "flaw.category_unknown", {"last": len(after.categories)})


def _envelopes(after: CallDocument, around: Around) -> Iterator[Flaw]:
    parties = [envelope.party for envelope in after.envelopes]
    if not set(CITIES) <= set(parties):
        yield Flaw(("envelopes",), "flaw.city_without_envelope")
    if not sum(envelope.weight for envelope in after.envelopes):
        yield Flaw(("envelopes",), "flaw.weights_missing")
    for place, envelope in enumerate(after.envelopes):
        here: Path = ("envelopes", place)
        if envelope.party in parties[:place]:
            yield Flaw((*here, "party"), "flaw.envelope_twice")
        if envelope.party not in around.funders:
            yield Flaw((*here, "party"), "flaw.funder_unknown")
        if eur(envelope.limit) < (taken := around.taken.get(envelope.party, 0)):
            yield Flaw((*here, "limit"), "flaw.limit_below_taken", {"taken_cents": taken})
    for party, taken in around.taken.items():
        if taken and party not in parties:
            yield Flaw(("envelopes",), "flaw.limit_below_taken", {"taken_cents": taken})


def _once(name: str, codes: Sequence[str]) -> Iterator[Flaw]:
    for place, code in enumerate(codes):
        if code in codes[:place]:
            yield Flaw((name, place, "code"), "flaw.code_twice")
