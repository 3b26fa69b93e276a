"""Why a file cannot be sent yet."""

from collections.abc import Iterator
from datetime import date

from grantflow.calls import rules as calls
from grantflow.kernel import clock
from grantflow.kernel.errors import Reason
from grantflow.kernel.text import unprintable
from grantflow.organisations.states import INFORMAL, PUBLIC, Country, Kind

from ..states import Declared, IncomeType, LineKind, State, StepName
from .asking import asked
from .filing import CategoryTerms, Filing
from .money import money_of


def why_not_submit(filing: Filing) -> list[Reason]:
    """The reasons against sending, in the order of the steps; empty: it may be sent.

    Each reason names the step that mends it. ``CHECK`` stands for what no step can mend.
    """
    return [
        *_call(filing),
        *_organisation(filing),
        *_partner(filing),
        *_project(filing),
        *_people(filing),
        *_dates(filing),
        *_budget(filing),
        *_declarations(filing),
    ]


def required_declarations(kind: Kind, country: Country) -> tuple[Declared, ...]:
    """What this applicant declares, in the order shown.

    The contrat d'engagement républicain binds French associations and foundations only: a German Verein is never
    asked (3.3).
    """
    wanted = [
        Declared.TRUTH,
        Declared.NOT_STARTED,
        Declared.NO_DOUBLE_FUNDING,
        Declared.NON_PROFIT,
        Declared.NOT_PARTISAN,
        Declared.PUBLICITY,
        Declared.PRIVACY,
    ]
    if country is Country.FRANCE and kind in {Kind.ASSOCIATION, Kind.FOUNDATION}:
        wanted.append(Declared.CER)
    if kind in INFORMAL:
        wanted.append(Declared.LIABILITY)
    if kind in PUBLIC:
        wanted.append(Declared.COMPETENT_BODY)
    return tuple(wanted)


#: Goes up with every change of ``texts.CONSENTS``: each consent keeps the version it was given to.
CONSENT_VERSION = "2026-11"

#: The facts of the steps that ask for nothing else but answers; nothing more is taken from a form (T20).
FIELDS: dict[StepName, tuple[str, ...]] = {
    StepName.PROJECT: ("title", "summary", "theme", "format", "places"),
    StepName.PEOPLE: (
        "participants_german",
        "participants_french",
        "volunteers",
        "volunteer_hours",
        "mostly_minors",
        "is_school_trip",
    ),
    StepName.DATES: ("starts_on", "ends_on"),
}

#: Facts that must not be empty.
NEEDED: dict[StepName, tuple[str, ...]] = {
    StepName.PROJECT: ("title", "summary", "theme", "format", "places"),
    StepName.PEOPLE: ("participants_german", "participants_french", "volunteers", "volunteer_hours"),
}


def _unanswered(filing: Filing, step: StepName) -> Iterator[Reason]:
    """Facts that are missing, and questions of the call that the amount asked for leaves to nobody's choice."""
    for name in NEEDED[step]:
        if filing.facts.get(name) in (None, ""):
            yield Reason(f"missing_{name}", step)
    for its in asked(filing.questions, filing.call.categories, filing.requested_cents):
        if its.question.step is step and its.is_required and not its.question.text:
            yield Reason("answer_missing", step, {"question": its.question.label})


def _call(filing: Filing) -> Iterator[Reason]:
    """Open between two instants; a returned file may come back until its own deadline, even later (D1, D13)."""
    if filing.state is State.RETURNED:
        if filing.return_until is not None and filing.now > filing.return_until:
            yield Reason("return_deadline_passed", StepName.CHECK)
    elif filing.now < filing.call.opens_at:
        yield Reason("call_not_open", StepName.CHECK)
    elif filing.now > filing.call.closes_at:
        yield Reason("call_closed", StepName.CHECK)
    if filing.already_filed:
        yield Reason("already_filed", StepName.PROJECT)


def _organisation(filing: Filing) -> Iterator[Reason]:
    """R4: the kind decides what must be known."""
    for reason in filing.organisation_missing:
        yield Reason(reason.key, StepName.ORGANISATION, reason.facts)


def _partner(filing: Filing) -> Iterator[Reason]:
    """R5: one partner from the other country, unless looking for one is what the grant is for.

    Category 4 needs a partner who carries the project equally, and knows no exception (1.2).
    """
    flagship = _category(filing).lead_days is None
    if filing.partner is None:
        if flagship:
            yield Reason("flagship_needs_partner", StepName.PARTNER)
        elif not filing.partner_search:
            yield Reason("partner_missing", StepName.PARTNER)
        return
    if filing.partner_withdrew:
        yield Reason("partner_withdrew", StepName.PARTNER)
    if filing.partner.country is filing.country:
        yield Reason("partner_same_country", StepName.PARTNER)
    if not all((filing.partner.name, filing.partner.city, filing.partner.contact_name, filing.partner.email)):
        yield Reason("partner_incomplete", StepName.PARTNER)
    if not filing.partner.role:
        yield Reason("partner_role_missing", StepName.PARTNER)
    if flagship and not filing.equal_roles:
        yield Reason("flagship_equal_roles", StepName.PARTNER)


def _project(filing: Filing) -> Iterator[Reason]:
    yield from _unanswered(filing, StepName.PROJECT)
    # Told now, to whoever can mend it: no key ever stands before it.
    if foreign := unprintable(str(filing.facts.get("title") or "")):
        yield Reason("title_unprintable", StepName.PROJECT, {"characters": " ".join(foreign)})


def _people(filing: Filing) -> Iterator[Reason]:
    """Mainly voluntary, not mostly minors, no school trip: those belong to the DFJW / OFAJ (1.4)."""
    yield from _unanswered(filing, StepName.PEOPLE)
    if filing.mostly_minors is None:
        yield Reason("missing_mostly_minors", StepName.PEOPLE)
    elif filing.mostly_minors:
        yield Reason("refer_minors", StepName.PEOPLE)
    if filing.is_school_trip is None:
        yield Reason("missing_is_school_trip", StepName.PEOPLE)
    elif filing.is_school_trip:
        yield Reason("refer_school_trip", StepName.PEOPLE)
    if filing.volunteers == 0:
        yield Reason("no_volunteers", StepName.PEOPLE)
    if filing.participants_german == 0 and filing.participants_french == 0:
        yield Reason("no_participants", StepName.PEOPLE)


def _dates(filing: Filing) -> Iterator[Reason]:
    """R2 and D2: a lead time or a closing date, and inside what the agreement covers."""
    start, end = filing.starts_on, filing.ends_on
    if start is None:
        yield Reason("missing_starts_on", StepName.DATES)
    if end is None:
        yield Reason("missing_ends_on", StepName.DATES)
    if start is not None and end is not None and end < start:
        yield Reason("ends_before_start", StepName.DATES)
    if start is not None:
        yield from _lead_time(filing, start)
    if (start is not None and start < filing.call.covered_from) or (
        end is not None and end > filing.call.covered_until
    ):
        yield Reason("outside_agreement", StepName.DATES, {"until": filing.call.covered_until})


def _lead_time(filing: Filing, start: date) -> Iterator[Reason]:
    """Categories 1 to 3: so many days after sending. Category 4: after the closing date it is sent for (D15).

    Nothing may begin before: costs from before the funding period are never eligible (2.4).
    """
    category = _category(filing)
    sent_on = clock.local(filing.sent_at).date()
    if category.lead_days is None:
        closing = calls.next_closing(category.closings, filing.sent_at)
        if closing is None:
            yield Reason("no_closing_left", StepName.DATES)
        elif start <= clock.local(closing).date():
            yield Reason("starts_before_closing", StepName.DATES, {"closing": clock.local(closing).date()})
    elif start < (earliest := calls.earliest_start(sent_on, category.lead_days)):
        yield Reason("starts_too_soon", StepName.DATES, {"days": category.lead_days, "earliest": earliest})


def _budget(filing: Filing) -> Iterator[Reason]:
    """R1 and R3, to the cent."""
    money = money_of(filing.lines, filing.requested_cents, filing.call.categories)
    if not money.costs:
        yield Reason("no_costs", StepName.BUDGET)
    if not money.requested:
        yield Reason("nothing_requested", StepName.BUDGET)
    if any(not line.cents or not line.description for line in filing.lines):
        yield Reason("line_incomplete", StepName.BUDGET)
    if money.gap > 0:
        yield Reason("income_missing", StepName.BUDGET, {"amount_cents": money.gap})
    elif money.gap < 0:
        yield Reason("income_exceeds", StepName.BUDGET, {"amount_cents": -money.gap})
    if money.excess and money.costs:
        yield Reason(
            "above_ceiling",
            StepName.BUDGET,
            {"share": money.category.share_bp // 100, "category": money.category.number, "most_cents": money.most},
        )
    if money.in_kind_gap:
        yield Reason("in_kind_unequal", StepName.BUDGET)
    public = any(line.kind is LineKind.INCOME and line.type == IncomeType.OTHER_PUBLIC for line in filing.lines)
    if public and not filing.other_public_funding:
        yield Reason("name_other_funding", StepName.BUDGET)


def _declarations(filing: Filing) -> Iterator[Reason]:
    """Commercial and party-political projects end here: nobody who declares truly can send one (1.3, 2.1)."""
    for code in required_declarations(filing.kind, filing.country):
        if code not in filing.declared:
            yield Reason(f"declare_{code}", StepName.DECLARATIONS)
    if filing.channel is None:
        yield Reason("missing_channel", StepName.DECLARATIONS)


def _category(filing: Filing) -> CategoryTerms:
    return calls.category_of(filing.call.categories, filing.requested_cents)
