"""What may be issued, and what numbers and names come of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from markupsafe import Markup

from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party
from grantflow.letters import rules
from grantflow.letters.rules import Address, Facts, Function, Legal, Share, Signatory, Slot, Words
from grantflow.letters.rules import facts as stored_facts
from grantflow.letters.states import Kind, Standing

from .samples import CINEMA, DAY, FUNDERS, REMEDIES, SIGNATORIES, award, facts

EVERY_ACT = [(kind, party) for kind in Kind for party in Party]


@pytest.mark.parametrize(("kind", "party"), EVERY_ACT)
def test_complete_facts_pass_and_survive_json(kind: Kind, party: Party) -> None:
    made = facts(kind, party)
    assert rules.why_not_write(kind, made) == rules.why_not_issue(kind, made, SIGNATORIES[party]) == []
    assert Facts.from_json(made.to_json()) == made


def keys(kind: Kind, made: Facts) -> list[str]:
    return [reason.key for reason in rules.why_not_write(kind, made)]


D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
REFUSALS: list[tuple[str, Kind, Facts]] = [
    ("letter_without_remedy", Kind.AWARD, facts(remedy=None)),
    ("letter_without_remedy", Kind.AWARD, facts(remedy=replace(REMEDIES[D], court=""))),
    ("letter_without_remedy", Kind.REJECTION, facts(Kind.REJECTION, T, remedy=replace(REMEDIES[T], months=0))),
    (
        "letter_without_signatory",
        Kind.AWARD,
        facts(funder=replace(FUNDERS[D], function=Function(ms="Leiterin", mr="Leiter", neutral=""))),
    ),
    ("letter_without_sender", Kind.AWARD, facts(funder=replace(FUNDERS[D], department=""))),
    ("letter_without_address", Kind.AWARD, facts(recipient=replace(CINEMA, given_name="", family_name=""))),
    (
        "letter_without_country",
        Kind.AWARD,
        facts(recipient=replace(CINEMA, address=Address(street="x", postal_code="1", city="Wien", country="AT"))),
    ),
    ("letter_without_subject", Kind.AWARD, facts(legal_basis=Words(fr="loi"))),
    ("letter_without_reason", Kind.REJECTION, facts(Kind.REJECTION, reason=Words(fr="motif"))),
    ("letter_without_award", Kind.AWARD, facts(award=None)),
    ("letter_split_mismatch", Kind.AWARD, facts(award=replace(award(D), shares=(Share(party=D, amount=eur(4_700)),)))),
    ("letter_split_mismatch", Kind.AWARD, facts(award=replace(award(D), amount=eur(4_699)))),
    ("letter_plan_mismatch", Kind.AWARD, facts(award=replace(award(D), own_funds=eur(2_400) + 1))),
    ("letter_instalments_mismatch", Kind.AWARD, facts(award=replace(award(D), first=eur(3_525) + 1))),
    ("letter_dates_mismatch", Kind.AWARD, facts(award=replace(award(D), report_due=date(2027, 5, 1)))),
    ("letter_without_purpose", Kind.AWARD, facts(purpose=Words(fr="objet"))),
    ("letter_without_purpose", Kind.AWARD, facts(party=T, purpose=Words(de="Zweck"))),
    ("letter_condition_untranslated", Kind.AWARD, facts(award=award(D, conditions=(Words(fr="condition"),)))),
    ("letter_unprintable", Kind.AWARD, facts(project_title="تونس")),
]


@pytest.mark.parametrize(("key", "kind", "made"), REFUSALS, ids=[f"{i}-{r[0]}" for i, r in enumerate(REFUSALS)])
def test_what_may_not_be_written_out_is_named(key: str, kind: Kind, made: Facts) -> None:
    assert key in keys(kind, made)


@pytest.mark.parametrize(
    ("made", "signatory", "reasons"),
    [
        (facts(party=T, deliberation=None), SIGNATORIES[T], ["letter_without_deliberation"]),
        (facts(party=T), replace(SIGNATORIES[T], name=" "), ["letter_without_signatory"]),
        (facts(party=T), None, ["letter_without_signatory"]),
        (facts(deliberation=None), SIGNATORIES[D], []),
    ],
)
def test_what_is_missing_by_the_second_key_is_named(
    made: Facts, signatory: Signatory | None, reasons: list[str]
) -> None:
    assert [reason.key for reason in rules.why_not_issue(Kind.AWARD, made, signatory)] == reasons


def test_money_may_be_spent_from_the_decision_on_or_from_a_project_that_began_before() -> None:
    """R20."""
    assert rules.funding_start(facts(), DAY) == DAY
    assert rules.funding_start(facts(), date(2027, 6, 1)) == date(2027, 5, 10)
    assert rules.funding_start(facts(Kind.REJECTION), DAY) is None


# --- slots -----------------------------------------------------------------------------------------


def test_a_slot_is_filled_once_and_what_fills_it_is_not_looked_through_again() -> None:
    body = f"<p>{Slot.DAY.mark} {Slot.SIGNATORY.mark}</p>"
    words = {Slot.DAY: Markup("heute"), Slot.SIGNATORY: Slot.DAY.mark}
    assert rules.filled(body, words) == f"<p>heute {Slot.DAY.mark}</p>"
    with pytest.raises(rules.Unfilled, match="signatory"):
        rules.filled(body, {Slot.DAY: Markup("heute")})


# --- what older releases froze -----------------------------------------------------------------------


def test_facts_of_an_older_schema_are_read_through_the_steps_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two releases later: a field with a new name, then one more."""
    stored = facts().to_json()
    older = {**{name: value for name, value in stored.items() if name != "purpose"}, "objective": stored["purpose"]}
    monkeypatch.setattr(stored_facts, "SCHEMA", 3)
    monkeypatch.setattr(
        stored_facts,
        "UPCASTERS",
        {
            1: lambda its: {**its, "purpose": its["objective"]},
            2: lambda its: {**its, "project_title": its["project_title"].upper()},
        },
    )
    assert Facts.from_json(older) == replace(facts(), project_title="TATAMI OHNE GRENZEN")
    assert Facts.from_json({**stored, "schema": 3}) == facts()
    monkeypatch.setattr(stored_facts, "UPCASTERS", {})
    with pytest.raises(KeyError):
        Facts.from_json(older)


def test_one_letter_is_one_funders() -> None:
    """A share of nothing gets no letter (D7)."""
    shares = (Share(party=D, amount=eur(9_400)), Share(party=T, amount=0))
    made = facts(award=replace(award(D, {D: eur(9_400)}), shares=shares))
    assert keys(Kind.AWARD, made) == ["letter_split_mismatch"]


@any_of(st.integers(1, 10**9), st.integers(1, 10_000))
def test_instalments_add_up(amount: int, first_bp: int) -> None:
    first, balance = rules.instalments(amount, first_bp)
    assert first + balance == amount
    assert min(first, balance) >= 0


def test_rate_has_two_places() -> None:
    assert award(D).rate == Decimal("39.83")


@pytest.mark.parametrize(
    ("amount", "legal", "party", "needed"),
    [
        (eur(23_000), Legal.ASSOCIATION, T, False),
        (eur(23_000) + 1, Legal.ASSOCIATION, T, True),
        (eur(25_000), Legal.AUTHORITY, T, False),
        (eur(25_000), Legal.ASSOCIATION, D, False),
    ],
)
def test_convention(amount: int, legal: Legal, party: Party, needed: bool) -> None:
    made = facts(
        party=party,
        recipient=replace(CINEMA, legal=legal),
        award=award(party, {party: amount}, eligible=eur(40_000)),
    )
    assert rules.needs_convention(made) is needed


def test_no_german_verein_signs_the_french_charter() -> None:
    assert not rules.needs_republican_commitment(facts(party=T))
    assert rules.needs_republican_commitment(facts(party=T, recipient=CINEMA))
    assert not rules.needs_republican_commitment(facts(party=D, recipient=CINEMA))


def test_partners_are_the_other_key_and_who_pays() -> None:
    assert rules.partners(facts()) == [T]
    assert rules.partners(facts(party=M)) == [D, T]
    assert rules.partners(facts(Kind.REJECTION, T)) == [D]


def test_standing_follows_the_funders_language() -> None:
    assert [rules.standing(p, "de") for p in Party] == [Standing.ACT, Standing.COURTESY, Standing.COURTESY]


def test_names() -> None:
    assert rules.register_number("M", 2027, 12) == "M-2027-0012"
    assert rules.file_name("D-2026-0412", Standing.ACT, "de", "Ciné-Dialog: „Größe“ & Œuvre") == (
        "D-2026-0412_Cine-Dialog-Groesse-Oeuvre.pdf"
    )
    assert rules.file_name("T-2026-0001", Standing.COURTESY, "de", "../../etc") == "T-2026-0001_de_etc.pdf"


def test_unknown_facts_do_not_load() -> None:
    stored: dict[str, Any] = facts().to_json()
    stored["requested"] = "9400"
    with pytest.raises(TypeError):
        Facts.from_json(stored)
