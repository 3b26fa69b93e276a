"""Split, terms, digest and keys over plain values."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.decisions import rules
from grantflow.decisions.rules import Basis, Content, Deliberation, Pot, Terms, contents
from grantflow.decisions.states import Outcome, RejectionReason
from grantflow.kernel import canonical
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party
from grantflow.letters.rules import Written
from grantflow.letters.states import Kind
from tests.letters.samples import CINEMA, JUDO_CLUB
from tests.letters.samples import award as letter_award
from tests.letters.samples import facts as letter_facts

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
AMOUNTS = st.integers(0, 10_000_000)


def pots(*free: int, weights: tuple[int, int, int] = (50, 30, 20)) -> list[Pot]:
    return [Pot(party, weight, left) for party, weight, left in zip(Party, weights, free, strict=True)]


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.data(), st.tuples(*[st.integers(0, 100)] * 3))
def test_a_split_adds_up_and_fits(first, second, third, data, weights):
    its = pots(first, second, third, weights=weights)
    award = data.draw(st.integers(0, first + second + third))
    parts = rules.proposed_split(award, its)
    assert sum(parts.values()) == award
    assert all(0 <= parts[pot.party] <= pot.free for pot in its)


@given(st.integers(0, 5_000_000))
def test_with_money_enough_the_split_is_fifty_thirty_twenty(award):
    parts = rules.proposed_split(award, pots(10**9, 10**9, 10**9))
    assert all(
        abs(parts[party] * 100 - award * weight) < 100 for party, weight in zip(Party, (50, 30, 20), strict=True)
    )


def test_the_split_of_the_mock():
    assert rules.proposed_split(eur(9_400), pots(eur(60_000), eur(36_000), eur(24_000))) == {
        D: eur(4_700),
        T: eur(2_820),
        M: eur(1_880),
    }


def test_what_an_empty_envelope_cannot_give_the_others_do():
    assert rules.proposed_split(eur(8_000), pots(eur(60_000), eur(36_000), 0)) == {D: eur(5_000), T: eur(3_000), M: 0}


def test_more_than_all_have_is_refused():
    with pytest.raises(ValueError, match="free"):
        rules.proposed_split(101, pots(50, 30, 20))


BASIS = Basis(
    score=Decimal("81.50"),
    gap=Decimal(20),
    gap_limit=33,
    third_due=False,
    threshold=50,
    requested=eur(9_400),
    ceiling=eur(9_440),
    free={D: eur(60_000), T: eur(36_000), M: eur(24_000)},
)


def award(cents: int = eur(9_400), **changes: object) -> Terms:
    parts = rules.proposed_split(cents, pots(eur(60_000), eur(36_000), eur(24_000)))
    words = {"purpose_de": "Ein Turnier.", "purpose_fr": "Un tournoi."}
    return Terms(**{"outcome": Outcome.AWARD, "award": cents, "shares": parts, **words, **changes})


def rejection(**changes: object) -> Terms:
    ground = RejectionReason.CRITERIA_NOT_MET
    return Terms(
        **{
            "outcome": Outcome.REJECTION,
            "rejection_reason": ground,
            "reason_de": "Grund.",
            "reason_fr": "Motif.",
            **changes,
        }
    )


def keys(terms: Terms, basis: Basis = BASIS) -> list[tuple[str, str]]:
    return [(reason.key, reason.step) for reason in rules.why_not_propose(terms, basis)]


def but(**changes: object) -> Basis:
    return Basis(**{**{name: getattr(BASIS, name) for name in Basis.__slots__}, **changes})


@pytest.mark.parametrize(
    ("terms", "basis", "reasons"),
    [
        (award(), BASIS, []),
        (rejection(), BASIS, []),
        (award(eur(8_000), reason_de="Knapp.", reason_fr="Limité."), BASIS, []),
        (award(purpose_de=" "), BASIS, [("purpose_missing", "purpose_de")]),
        (award(purpose_fr="x" * 601), BASIS, [("purpose_too_long", "purpose_fr")]),
        (award(purpose_de="x" * 600, purpose_fr="x" * 600), BASIS, []),
        (rejection(purpose_fr="Un tournoi."), BASIS, [("rejection_with_purpose", "purpose_de")]),
        (award(), but(score=Decimal("49.99")), [("below_threshold", "outcome")]),
        (award(), but(score=Decimal(50)), []),
        (award(), but(requested=eur(9_300)), [("award_above_request", "award")]),
        (award(), but(ceiling=eur(9_399)), [("award_above_ceiling", "award")]),
        (award(), but(free={D: eur(60_000), T: eur(36_000), M: 1}), [("over_envelope", "share_metropole")]),
        (
            award(),
            but(free={D: eur(60_000), T: eur(36_000), M: 1}, reserved={M: eur(20_000)}),
            [("reserved_by_proposals", "share_metropole")],
        ),
        (award(shares={D: eur(9_000), T: 0, M: 0}), BASIS, [("split_mismatch", "award")]),
        (award(0), BASIS, [("award_missing", "award")]),
        (
            award(eur(8_000)),
            BASIS,
            [("partial_reason_missing", "reason_de"), ("partial_reason_missing", "reason_fr")],
        ),
        (award(reason_de="Nur deutsch."), BASIS, [("translation_missing", "reason_fr")]),
        (award(conditions_de="Eins\nZwei", conditions_fr="Un"), BASIS, [("conditions_unpaired", "conditions_fr")]),
        (rejection(reason_fr=" "), BASIS, [("reason_missing", "reason_fr")]),
        (rejection(rejection_reason=None), BASIS, [("rejection_without_ground", "rejection_reason")]),
        (
            rejection(rejection_reason=RejectionReason.BELOW_THRESHOLD),
            BASIS,
            [("not_below_threshold", "rejection_reason")],
        ),
        (rejection(award=1), BASIS, [("rejection_with_money", "award")]),
    ],
)
def test_what_speaks_against_terms(terms, basis, reasons):
    assert keys(terms, basis) == reasons


@given(st.dictionaries(st.sampled_from(list(Party)), st.integers(0, eur(70_000))), st.integers(0, eur(12_000)))
def test_no_unsound_split_passes(shares, total):
    terms = award(0, award=total, shares=shares, reason_de="x", reason_fr="x")
    if not keys(terms):
        assert sum(shares.values()) == total <= min(BASIS.requested, BASIS.ceiling)
        assert all(cents <= BASIS.free[party] for party, cents in shares.items())


def test_a_third_review_that_is_due_blocks_everything():
    assert [r.key for r in rules.why_not_yet(but(third_due=True, gap=40))] == ["third_review_due"]
    assert rules.why_not_yet(BASIS) == []


@pytest.mark.parametrize(
    ("recommended", "basis", "suggested"),
    [
        (eur(8_000), BASIS, eur(8_000)),
        (0, BASIS, eur(9_400)),
        (eur(20_000), BASIS, eur(9_400)),
        (eur(9_400), but(free={D: 100, T: 20, M: 3}), 123),
    ],
)
def test_the_suggested_award_stays_within_every_limit(recommended, basis, suggested):
    assert rules.suggestion(basis, recommended) == suggested


def test_who_acts():
    assert rules.acting(Outcome.REJECTION, ()) == (D, T)
    assert rules.acting(Outcome.AWARD, (D, M)) == (D, M)


def test_a_paying_french_funder_owes_its_deliberation():
    entered = {T: Deliberation("DEL-1", date(2026, 11, 13))}
    assert rules.deliberations_due(Outcome.AWARD, (D, T, M), entered) == (M,)
    assert rules.deliberations_due(Outcome.AWARD, (D,), {}) == ()
    assert rules.deliberations_due(Outcome.REJECTION, (), {}) == ()
    assert rules.deliberations_due(Outcome.AWARD, (T,), {T: Deliberation("DEL-1", None)}) == (T,)


def test_half_a_deliberation_and_one_of_tomorrow_are_refused():
    today = date(2026, 11, 20)
    entered = {T: Deliberation("DEL-1", None), M: Deliberation("", date(2026, 11, 1))}
    found = [(r.key, r.step) for r in rules.why_not_deliberate(entered, today)]
    assert found == [("deliberation_incomplete", "toulouse_on"), ("deliberation_incomplete", "metropole_number")]
    late = {T: Deliberation("DEL-1", date(2026, 11, 21))}
    assert [(r.key, r.step) for r in rules.why_not_deliberate(late, today)] == [
        ("deliberation_in_future", "toulouse_on")
    ]
    assert rules.why_not_deliberate({T: Deliberation("DEL-1", today)}, today) == []


def test_a_deadline_in_months_stays_in_the_month():
    assert rules.months_later(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert rules.months_later(date(2027, 5, 16), 2) == date(2027, 7, 16)


def content(terms: Terms | None = None, words: str = "a", **changes: object) -> Content:
    terms = terms or award()
    acts = {
        party: Written(
            kind=Kind.AWARD,
            facts=letter_facts(
                party=party, award=letter_award(party, dict(terms.shares), eligible=eur(99_000)), **changes
            ),
            bodies={"de": words * 64, "fr": words * 64},
        )
        for party in terms.paying
    }
    votes = {T: Deliberation("DEL-1", date(2026, 11, 13))}
    return Content(
        terms=rules.worded(terms, votes), acts=acts, sources={"organisation": "o:1", "funder.toulouse": "t:1"}
    )


def test_what_is_signed_is_read_as_it_was_stored() -> None:
    assert Content.read(content().to_bytes()) == content()


def test_the_digest_covers_terms_words_facts_and_sources() -> None:
    digest = canonical.digest(content().to_bytes())
    others = [
        content(award(eur(9_399), reason_de="x", reason_fr="x")),
        content(award(shares={D: eur(4_701), T: eur(2_819), M: eur(1_880)})),
        content(award(conditions_de="Bericht", conditions_fr="Rapport")),
        content(words="b"),
        content(recipient=CINEMA),
        replace(content(), sources={"organisation": "o:2", "funder.toulouse": "t:1"}),
    ]
    assert len({canonical.digest(other.to_bytes()) for other in others} | {digest}) == 7


def test_what_an_older_release_stored_is_read_through_the_steps_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Content and facts have schemas of their own."""
    stored = content().to_bytes()
    monkeypatch.setattr(contents, "SCHEMA", 2)
    monkeypatch.setattr(contents, "UPCASTERS", {1: lambda its: {**its, "sources": {"organisation": "upcast"}}})
    assert Content.read(stored) == replace(content(), sources={"organisation": "upcast"})


@given(st.permutations(["b", "a", "ü", "é"]))
def test_equal_values_are_the_same_bytes_whatever_their_order(names: list[str]) -> None:
    assert canonical.written(dict.fromkeys(names, 1)) == canonical.written(dict.fromkeys(sorted(names), 1))


@pytest.mark.parametrize(
    ("now", "names"),
    [
        ({"organisation": "o:1", "funder.toulouse": "t:1"}, ()),
        ({"organisation": "o:2", "funder.toulouse": "t:1"}, ("organisation",)),
        ({"organisation": "o:1", "funder.toulouse": ""}, ("funder.toulouse",)),
        ({"organisation": "o:1", "funder.toulouse": "t:1", "call": "c:1"}, ("call",)),
    ],
)
def test_a_source_is_outdated_where_its_version_of_today_is_another(
    now: dict[str, str], names: tuple[str, ...]
) -> None:
    assert rules.outdated(content().sources, now) == names


def test_the_same_terms_on_the_same_sources_are_the_same_whatever_the_templates_would_say() -> None:
    its = content(words="b")
    assert rules.same(its, content().terms, its.sources)
    assert not rules.same(its, content(award(reason_de="x", reason_fr="x")).terms, its.sources)
    assert not rules.same(its, its.terms, {**its.sources, "organisation": "o:2"})


def test_changes_are_told_once_each() -> None:
    before = content()
    moved = replace(JUDO_CLUB, address=replace(JUDO_CLUB.address, street="Am Ufer 2"))
    after = content(award(shares={D: eur(4_701), T: eur(2_819), M: eur(1_880)}), words="b", recipient=moved)
    assert [(c.name, c.before, c.after) for c in rules.changes(before, after)] == [
        ("shares.duesseldorf", eur(4_700), eur(4_701)),
        ("shares.toulouse", eur(2_820), eur(2_819)),
        ("letter.recipient.address.street", "Erkrather Straße 120", "Am Ufer 2"),
    ]
    assert rules.changes(before, before) == []


def test_words_that_differ_although_no_fact_does_are_told_as_the_text_of_a_letter() -> None:
    assert [c.name for c in rules.changes(content(), content(words="b"))] == ["letter"]


def test_the_first_that_does_not_fit_ends_it():
    found = rules.reach([50, 40, 5], start=10, frame=100)
    assert [(fit.total, fit.fits) for fit in found] == [(60, True), (100, True), (100, False)]
    assert [fit.fits for fit in rules.reach([50, 60, 5], start=10, frame=100)] == [True, False, False]


@given(st.lists(st.integers(0, 1000)), st.integers(0, 1000), st.integers(0, 3000))
def test_what_fits_never_exceeds_the_frame(amounts, start, frame):
    found = rules.reach(amounts, start=start, frame=frame)
    assert all(fit.total <= frame for fit in found if fit.fits)
    assert [fit.fits for fit in found] == sorted((fit.fits for fit in found), reverse=True)


@pytest.mark.parametrize(
    ("summary", "offered"),
    [
        ("Zwei  Städte,\nein Chor.", "Zwei Städte, ein Chor."),
        ("Ein Satz von hundert Zeichen. " * 30, ("Ein Satz von hundert Zeichen. " * 20).strip()),
        ("Wort " * 200, ("Wort " * 120).strip()),
        ("x" * 700, "x" * 600),
    ],
)
def test_the_purpose_offered_is_whole_sentences_of_the_summary(summary, offered):
    assert rules.first_words(summary) == offered
    assert len(offered) <= rules.PURPOSE_MAX
