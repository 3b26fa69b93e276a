"""Whose key turns, and why not, over plain values."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.decisions import rules
from grantflow.decisions.rules import Case, Signatory, Signed
from grantflow.decisions.states import Outcome
from grantflow.kernel.parties import Party, Role

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE
ANKE, JEAN, SOPHIE, CLARA = (UUID(int=n) for n in range(1, 5))


def case(*signed: tuple[Party, UUID], **changes: object) -> Case:
    return Case(
        **{
            "digest": "now",
            "outcome": Outcome.AWARD,
            "paying": (D, T, M),
            "keys": tuple(Signed(party, person, "now") for party, person in signed),
            "preparers": frozenset({CLARA}),
            **changes,
        }
    )


def who(person: UUID, party: Party | None, *roles: Role, **changes: bool) -> Signatory:
    return Signatory(person, party, frozenset(roles or {Role.SIGNATORY}), **changes)


def why(person: Signatory, its: Case, seen: str = "now") -> list[str]:
    return [reason.key for reason in rules.why_not_sign(person, its, seen)]


@pytest.mark.parametrize(
    ("person", "its", "reasons"),
    [
        (who(ANKE, D), case(), []),
        (who(JEAN, T), case((D, ANKE), (M, SOPHIE)), []),
        (who(JEAN, T), case((M, SOPHIE)), []),
        (who(SOPHIE, M), case((D, ANKE)), []),
        (who(SOPHIE, M), case(), []),
        (who(ANKE, D, Role.OFFICE), case(), ["not_a_signatory"]),
        (who(ANKE, None), case(), ["not_a_signatory"]),
        (who(ANKE, D, is_conflicted=True), case(), ["signatory_conflicted"]),
        (who(ANKE, D), case(is_open=False), ["proposal_not_open"]),
        (who(SOPHIE, M), case(paying=(D, T)), ["metropole_does_not_pay"]),
        (who(CLARA, D), case(), ["preparer_cannot_sign"]),
        (who(ANKE, D), case((D, ANKE)), ["signed_already"]),
        (who(UUID(int=9), D), case((D, ANKE)), ["city_signed_already"]),
        (who(SOPHIE, M), case((M, SOPHIE)), ["consented_already"]),
        (who(UUID(int=9), M), case((M, SOPHIE)), ["consent_given_already"]),
        (who(ANKE, D), case(outdated=("Rechtsgrundlage",)), ["facts_outdated"]),
        (who(ANKE, D), case(confirmation_due=True), ["confirmation_due"]),
        (who(ANKE, D), case(deliberations_due=(M,)), ["deliberation_due"]),
        (who(JEAN, T), case((D, ANKE)), ["consent_due"]),
        (who(JEAN, T), case((D, ANKE), paying=(D, T)), []),
    ],
)
def test_who_may_sign(person, its, reasons):
    assert why(person, its) == reasons


def test_another_digest_than_the_one_seen_is_refused():
    assert why(who(ANKE, D), case(), seen="before") == ["proposal_changed"]


def test_whose_key_is_missing():
    assert rules.missing(case()) == (D, T, M)
    assert rules.missing(case((M, SOPHIE))) == (D, T)
    assert rules.missing(case((D, ANKE), (T, JEAN), paying=(D, T))) == ()
    assert rules.missing(case(keys=(Signed(D, ANKE, "before"),), paying=(D,))) == (D, T)
    assert rules.is_last_key(case((D, ANKE), (M, SOPHIE)), T)
    assert not rules.is_last_key(case((D, ANKE)), T)


PEOPLE = [who(uuid4(), party, *roles) for party in (*Party, None) for roles in ((Role.SIGNATORY,), (Role.OFFICE,))] * 2


@given(st.lists(st.sampled_from(PEOPLE)), st.sampled_from([(D, T, M), (D, T), (D,), ()]), st.data())
def test_signing_by_the_rules_only_ever_ends_in_two_cities_and_two_people(people, paying, data):
    """T15 over plain values: whoever tries in whatever order, a complete set is two keys of two people, and consent."""
    preparers = frozenset(p.id for p in data.draw(st.lists(st.sampled_from(PEOPLE), max_size=2)) if p.id)
    signed: tuple[Signed, ...] = ()
    for person in people:
        its = case(keys=signed, paying=paying, preparers=preparers)
        if rules.why_not_sign(person, its, "now") == [] and person.party and person.id:
            assert rules.missing(its)
            signed = (*signed, Signed(person.party, person.id, "now"))
    if rules.missing(case(keys=signed, paying=paying)) == ():
        assert {key.party for key in signed} == ({D, T, M} if M in paying else {D, T})
        assert len({key.person_id for key in signed}) == len(signed)
        assert not preparers & {key.person_id for key in signed}
        # Consent came before the second key.
        assert M not in paying or signed[-1].party is not M
