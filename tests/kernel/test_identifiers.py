"""Numbers that others gave out, as people copy them: the same number is one number, and no other number is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel import identifiers

#: What came with numbers that were pasted.
AROUND = ["\u200b{}\ufeff", "\u00ad{}", " {} ", "\u00a0{}", "\u2060{}\u3164", "{}\n", "\u202d{}\u202c"]


@pytest.mark.parametrize("around", AROUND, ids=ascii)
def test_nothing_unseen_is_part_of_a_number(around: str) -> None:
    assert identifiers.iban(around.format("DE89 3704 0044 0532 0130 00")) == "DE89370400440532013000"
    assert identifiers.siret(around.format("73282932000074")) == "73282932000074"
    assert identifiers.rna(around.format("W313012345")) == "W313012345"
    assert identifiers.bic(around.format("COBADEFF")) == "COBADEFF"
    assert identifiers.postal_code(around.format("31000"), "FR") == "31000"
    assert identifiers.register_number(around.format("VR 4711"), "VR") == "VR 4711"
    assert identifiers.phone(around.format("0211 8999021")) == "0211 8999021"


@pytest.mark.parametrize(
    ("read", "typed", "meant"),
    [
        ("iban", "IBAN: DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("iban", "iban n° fr14–2004–1010", "FR1420041010"),
        ("iban", "IBAN-Nr.: DE89.3704", "DE893704"),
        ("iban", "NO93 8601 1117 947", "NO9386011117947"),
        ("siret", "SIRET : 732 829 320 00074", "73282932000074"),
        ("siret", "N° SIRET 732.829.320.00074", "73282932000074"),
        ("siret", "Siret n°732-829-320-00074", "73282932000074"),
        ("siret", "７３２ ８２９ ３２０ ０００７４", "73282932000074"),
        ("rna", "RNA : w 313 012 345", "W313012345"),
        ("rna", "N° RNA W313-012-345", "W313012345"),
        ("bic", "BIC/SWIFT : psst fr pp tou", "PSSTFRPPTOU"),
        ("bic", "Code BIC CMCIFR2A", "CMCIFR2A"),
        ("bic", "BICISNDXXXX", "BICISNDXXXX"),
    ],
)
def test_a_label_and_separators_are_no_part_of_a_number(read: str, typed: str, meant: str) -> None:
    assert getattr(identifiers, read)(typed) == meant


@pytest.mark.parametrize(
    "digits", ["٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "732829320000७४", "7328293200007²", "7328293200007½", "7328293200007④"]
)
def test_no_other_figures_are_taken_for_digits(digits: str) -> None:
    """One SIRET made two organisations. They stay as typed, to be refused."""
    for read in (identifiers.siret, identifiers.iban, identifiers.rna, identifiers.bic):
        assert read(digits) == digits
    with pytest.raises(ValueError, match=r".*"):
        identifiers.phone(digits)


@pytest.mark.parametrize(
    "typed", ["40002", "D-40002", "D 40002", "d–40002", "DE-40002", "D40002", "40 002", "PLZ 40002", "４０００２"]
)
def test_german_postal_codes(typed: str) -> None:
    assert identifiers.postal_code(typed, "DE") == "40002"


@pytest.mark.parametrize(
    "typed", ["31000", "31 000", "F-31000", "FR-31000", "F31000", "31.000", "CP 31000", "31\u202f000"]
)
def test_french_postal_codes(typed: str) -> None:
    assert identifiers.postal_code(typed, "FR") == "31000"
    assert identifiers.postal_code(f"D-{typed}", "FR") != "31000"


@pytest.mark.parametrize(
    "typed",
    [
        *("4711", "VR 4711", "vr4711", "VR-Nr. 4711", "VR Nr.4711", "VR: 4711", "VR–4711", "VR\u00a04711", "VR 4.711"),
        *(
            "Vereinsregister Nr. 4711",
            "Vereinsregisternummer: VR 4711",
            "Registernummer VR 4711",
            "N° 4711",
            "VR №4711",
        ),
        *("Amtsgericht Düsseldorf, VR 4711", "AG Düsseldorf VR 4711", "VR 4711 (Amtsgericht Düsseldorf)"),
        *("VR 4711 beim Amtsgericht Düsseldorf", "VR 04711", "ＶＲ ４７１１", "VR no. 4711"),
    ],
)
def test_register_numbers(typed: str) -> None:
    assert identifiers.register_number(typed, "VR") == "VR 4711"


@pytest.mark.parametrize("typed", ["VR ٤٧١١", "VR 4711²", "VR 0", "VR", "VR 12345678", "Amtsgericht", "VR 4711/2020"])
def test_what_is_no_register_number_stays_as_typed(typed: str) -> None:
    assert identifiers.register_number(typed, "VR") == typed


def test_another_register_keeps_its_letters() -> None:
    assert identifiers.register_number("HRB-Nr. 90210 b", "VR") == "HRB 90210 B"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+49 (0)211 / 89-123.45", None),
        ("0211 123456-0", None),
        ("05 61 22 29 22 poste 12", None),
        ("05 61 22 29 22 (poste 12)", None),
        ("0211 123456 Durchwahl 34", None),
        ("0211 123456 ext. 12", None),
        ("0211 8999021 / 0171 1234567", None),
        ("0211 8999021 oder 0171 1234567", None),
        ("05 61 22 29 22 ou 06 12 34 56 78", None),
        ("05 61 22 29 22, 06 12 34 56 78", None),
        ("Tel.: 0211 8999021", "0211 8999021"),
        ("Tél. : 05.61.22.29.22", "05.61.22.29.22"),
        ("☎ 05 61 22 29 22", "05 61 22 29 22"),
        ("+33\u202f5\u00a061‑22–29 22", "+33 5 61-22-29 22"),
        ("０２１１ ８９９９０２１", "0211 8999021"),
    ],
)
def test_telephone_numbers_are_kept_as_people_write_them(typed: str, kept: str | None) -> None:
    assert identifiers.phone(typed) == (kept or typed)


@pytest.mark.parametrize("typed", ["abc", "12345", "keine", "+49 211 abc 123456", "a1234567@x.de", "0211=8999021", ""])
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        identifiers.phone(typed)


@given(st.text())
def test_a_number_read_is_a_number_kept(text: str) -> None:
    for read in (identifiers.siret, identifiers.rna, identifiers.iban, identifiers.bic):
        assert read(read(text)) == read(text)
    for country in ("DE", "FR"):
        found = identifiers.postal_code(text, country)
        assert identifiers.postal_code(found, country) == found
    found = identifiers.register_number(text, "VR")
    assert identifiers.register_number(found, "VR") == found
