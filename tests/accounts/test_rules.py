"""Who is the same person, and which passwords will do (T1)."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grantflow.accounts import rules, texts
from grantflow.kernel.parties import STAFF_ROLES, Party, Role


@pytest.mark.parametrize(
    "password",
    [
        "nine quiet linden trees",
        "correct horse jumps the battery",
        "Vélo-Fenêtre-Jardin-88",
        "   blanks  at   both  ends   ",
        "Xk9$mQ2vLp7&wRt3",
        "日本語のながいあいことばをつかう人",
        "j" + "äöü€🦉 ß" * 18,
    ],
)
def test_long_passwords_of_any_characters_will_do(password: str) -> None:
    assert rules.why_not_password(password) is None


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("fourteen chars", "password_short"),
        ("x1y2z3" * 22, "password_long"),
        ("passwordpassword", "password_common"),
        ("Passwort123456789", "password_common"),
        ("p4ssw0rd-p4ssw0rd", "password_common"),
        ("azertyuiop123456", "password_common"),
        ("correct horse battery staple", "password_common"),
        ("1234567890123456", "password_common"),
        ("aaaaaaaaaaaaaaaaaaab", "password_common"),
        ("Iloveyou-Iloveyou!", "password_common"),
        ("Sommer2026Sommer2026", "password_common"),
        ("Düsseldorf am schönen Rhein", "password_context"),
        ("DUSSELDORF am Rhein 7!", "password_context"),
        ("la ville rose, toulouse", "password_context"),
        ("grantflow-und-ich-42", "password_context"),
        ("Kessler singt im Chor", "password_context"),
        ("orchester ohne noten", "password_context"),
    ],
)
def test_guessable_passwords_are_refused(password: str, key: str) -> None:
    reason = rules.why_not_password(password, ["Miriam Kessler", "orchester@example.org"])
    assert reason is not None
    assert reason.key == key


@settings(max_examples=200)
@given(st.text(max_size=140), st.lists(st.text(max_size=20), max_size=3))
def test_the_policy_answers_to_anything(password: str, personal: list[str]) -> None:
    reason = rules.why_not_password(password, personal)
    length = len(unicodedata.normalize("NFKC", password))
    assert (length < rules.PASSWORD_MIN) == (reason is not None and reason.key == "password_short")
    assert (length > rules.PASSWORD_MAX) == (reason is not None and reason.key == "password_long")


def test_the_shipped_list_is_no_token() -> None:
    assert len(rules._common()) > 600


def test_nobody_acts_for_two_sides() -> None:
    for party in Party:
        for role in STAFF_ROLES:
            assert rules.why_not_roles(party, {Role.APPLICANT, role}) is not None
            assert rules.why_not_roles(None, {Role.APPLICANT, role}) is not None
    assert rules.why_not_roles(None, {Role.APPLICANT}) is None


@pytest.mark.parametrize("party", Party)
@pytest.mark.parametrize("alone", [Role.ADMINISTRATOR, Role.FINANCE])
def test_finance_and_administrators_neither_see_reviews_nor_decide(party: Party, alone: Role) -> None:
    """D11, D12, R14: the payer is another person than preparer and key holders, and never sees reviews."""
    for role in {Role.REVIEWER, Role.OFFICE, Role.SIGNATORY} - ({Role.OFFICE} if party is Party.METROPOLE else set()):
        reason = rules.why_not_roles(party, {alone, role})
        assert reason is not None
        assert reason.key == f"roles_{alone}_alone"
        assert reason.key in texts.MESSAGES
    assert rules.why_not_roles(party, {alone}) is None
    assert rules.why_not_roles(party, {Role.ADMINISTRATOR, Role.FINANCE}) is not None
    assert rules.why_not_roles(party, {Role.REVIEWER, Role.SIGNATORY}) is None


def test_metropole_has_no_office() -> None:
    assert rules.why_not_roles(Party.METROPOLE, {Role.OFFICE}) is not None
    assert rules.why_not_roles(Party.DUESSELDORF, {Role.OFFICE, Role.REVIEWER}) is None
    assert rules.why_not_roles(Party.DUESSELDORF, set()) is not None
