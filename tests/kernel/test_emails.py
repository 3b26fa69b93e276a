"""One identity for every spelling of an address (T1)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel import emails

KESSLER = ["Miriam.Kessler@Example.ORG", "miriam.kessler@example.org", "  MIRIAM.kessler@example.org\n"]
KESSLER += ["\uff2diriam.kessler@example.org", "miriam. kessler@example.org", "miriam.kessler\u00a0@example.org"]
KESSLER += [
    "miriam\u200b.kessler@exam\u00adple.org",
    "mailto:miriam.kessler@example.org",
    "miriam.kessler＠example.org",
]
KESSLER += [
    "Miriam Kessler <miriam.kessler@example.org>",
    "E-Mail: miriam.kessler@example.org",
    "miriam.kessler@example.org.",
]
COLOGNE = [
    "x@verein-köln.de",
    "X@Verein-KÖLN.de",
    "x@verein-ko\u0308ln.de",
    "x@xn--verein-kln-lcb.de",
    "x@verein-köln。de",
]


@pytest.mark.parametrize("address", KESSLER)
def test_one_person_however_the_address_is_typed(address: str) -> None:
    assert emails.key(address) == "miriam.kessler@example.org"


@pytest.mark.parametrize("address", COLOGNE)
def test_a_domain_in_its_own_script_is_the_domain_in_ascii(address: str) -> None:
    assert emails.key(address) == "x@xn--verein-kln-lcb.de"
    assert emails.mailable(emails.typed(address)).lower() == "x@xn--verein-kln-lcb.de"


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("x@xn--verein-kln-lcb.de", "x@verein-köln.de"),
        ("x@example.org", "x@example.org"),
        ("x@xn--a", "x@xn--a"),
        ("x@[127.0.0.1]", "x@[127.0.0.1]"),
        ("postmaster", "postmaster"),
        ("", ""),
    ],
)
def test_a_domain_is_read_in_its_own_script(address: str, read: str) -> None:
    assert emails.readable(address) == read


def test_different_addresses_stay_different() -> None:
    apart = [
        "a@x.de",
        "b@x.de",
        "a@y.de",
        "a+b@x.de",
        "a.b@x.de",
        "ab@x.de",
        "a@strasse.de",
        "a@straße.de",
        "ä@x.de",
        "ae@x.de",
    ]
    assert len({emails.key(address) for address in apart}) == len(apart)


@given(st.emails(), st.sampled_from(["", " ", "\t", "\u2003", "\u200b", "\ufeff"]), st.booleans())
def test_identity_survives_blanks_case_and_compatible_letters(email: str, blank: str, upper: bool) -> None:
    key = emails.key(email)
    assert emails.key(blank + email + blank) == key
    assert emails.key(unicodedata.normalize("NFKC", email)) == key
    assert emails.key(key) == key
    if upper and email.isascii():
        assert emails.key(email.upper()) == key


@given(st.text())
def test_any_text_has_one_key(text: str) -> None:
    assert emails.key(emails.key(text)) == emails.key(text)
