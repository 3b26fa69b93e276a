"""What is asked of whom, and which numbers can be right."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel import clock
from grantflow.kernel.parties import Party
from grantflow.organisations import rules, texts
from grantflow.organisations.rules import Profile
from grantflow.organisations.states import Country, Kind
from tests.given import profile

DE, FR = Country.GERMANY, Country.FRANCE

#: R4, by hand: what is asked beyond the name, address and account.
ASKED: dict[tuple[Country, Kind], set[str]] = {
    (DE, Kind.ASSOCIATION): {"representative", "register_court", "register_number", "exemption_on"},
    (DE, Kind.FOUNDATION): {"representative", "competent_body", "exemption_on"},
    (DE, Kind.NON_PROFIT_COMPANY): {"representative", "register_court", "register_number", "exemption_on"},
    (DE, Kind.AUTHORITY): {"representative", "competent_body"},
    (DE, Kind.INSTITUTION): {"representative", "competent_body", "run_by"},
    (DE, Kind.GROUP): {"people"},
    (FR, Kind.ASSOCIATION): {"representative", "rna", *rules.LOCAL, "siret", "siret_pending"},
    (FR, Kind.FOUNDATION): {"representative", "siret"},
    (FR, Kind.NON_PROFIT_COMPANY): {"representative", "siret"},
    (FR, Kind.AUTHORITY): {"representative", "competent_body", "siret"},
    (FR, Kind.INSTITUTION): {"representative", "competent_body", "siret", "run_by"},
    (FR, Kind.GROUP): {"people"},
}


def wrong(**changes: Any) -> dict[str, str]:
    """Field -> key of the problems of an otherwise sound profile."""
    country = changes.pop("country", DE)
    kind = changes.pop("kind", Kind.ASSOCIATION)
    found = rules.problems(rules.normal(profile(country, kind, **changes)))
    return {name: reason.key for name, reason in found.items()}


def keys(made: Profile) -> list[str]:
    return [reason.key for reason in rules.missing(rules.normal(made))]


@pytest.mark.parametrize(("country", "kind"), ASKED, ids=str)
def test_the_kind_decides_what_is_asked(country: Country, kind: Kind) -> None:
    assert rules.asked(kind, country) - rules.COMMON == ASKED[country, kind]
    sound = rules.normal(profile(country, kind))
    assert rules.problems(sound) == {}
    assert rules.missing(sound) == []


@pytest.mark.parametrize(("country", "kind"), ASKED, ids=str)
def test_what_is_not_asked_is_not_kept(country: Country, kind: Kind) -> None:
    everything = profile(
        country,
        kind,
        rna="W313012345",
        local_court="Tribunal judiciaire de Strasbourg",
        local_volume="92",
        local_folio="123",
        siret="73282932000074",
        siret_pending=True,
        register_court="Düsseldorf",
        register_number="VR 1234",
        competent_body="Rat",
        run_by=Party.TOULOUSE,
        people=[{"name": "A", "city": "B"}],
    )
    kept = rules.normal(everything)
    for name in rules.SPECIAL - ASKED[country, kind]:
        assert not getattr(kept, name), name


@pytest.mark.parametrize(("country", "kind"), ASKED, ids=str)
def test_everything_asked_is_missed_with_words(country: Country, kind: Kind) -> None:
    blank = Profile(name="", kind=kind, country=country)
    optional = rules.OPTIONAL
    expected = {
        "group_too_small" if name == "people" else f"missing_{name}"
        for name in rules.asked(kind, country) - optional - {"kind", "country"}
    }
    assert {reason.key for reason in rules.missing(blank)} == expected
    assert expected <= set(texts.MESSAGES)


def test_an_address_too_long_for_the_window_of_an_envelope_is_told_at_its_field() -> None:
    long = "Städtepartnerschaftsjubiläumskuratorium der Freundinnen und Freunde Toulouses "
    assert wrong(name=long, street="Hinter der alten Rheinbrücke 17 b, Aufgang 3") == {}
    assert wrong(name=long * 3) == {"name": "organisation_address_long"}
    assert wrong(street="Am Ufer " * 40) == {"name": "organisation_address_long"}
    assert keys(profile(name=long * 3)) == ["organisation_address_long"]


def test_an_organisation_with_a_name_no_letter_prints_cannot_send() -> None:
    found = rules.missing(profile(name="Zeit → Raum", city="Düsseldorf ≠"))
    assert [(reason.key, reason.facts) for reason in found] == [("organisation_unprintable", {"characters": "→ ≠"})]
    assert keys(profile(name="Türk-Alman Dostluğu Derneği", street="Straße №½")) == []


class TestNumbers:
    @pytest.mark.parametrize("typed", ["VR 4711", "vr4711", "4711", " VR  4711 "])
    def test_the_register_letters_come_from_the_kind(self, typed: str) -> None:
        assert rules.normal(profile(register_number=typed)).register_number == "VR 4711"

    @pytest.mark.parametrize("typed", ["HRB 4711", "VR 0", "VR", "VR 12345678", "Amtsgericht"])
    def test_wrong_register_numbers(self, typed: str) -> None:
        assert wrong(register_number=typed) == {"register_number": "register_number_wrong"}

    def test_companies_stand_in_the_other_register(self) -> None:
        assert wrong(kind=Kind.NON_PROFIT_COMPANY, register_number="HRB 90210 B") == {}
        assert "register_number" in wrong(kind=Kind.NON_PROFIT_COMPANY, register_number="VR 1")

    def test_courts_stand_as_a_dictionary_sorts_them(self) -> None:
        wanted = ("Koblenz", "Köln", "Königstein", "Korbach", "Krefeld")
        assert tuple(court for court in rules.COURTS if court in wanted) == wanted

    def test_no_court_says_its_name_twice_and_each_keeps_a_register(self) -> None:
        for court in rules.COURTS:
            assert wrong(register_court=court, register_number="VR 1") == {}, court
            name, _bracket, more = court.partition(" (")
            assert not (more and name.replace(".", "").startswith(more.rstrip(")"))), court
            assert "/" not in court

    def test_courts_are_spelt_officially(self) -> None:
        """D19: the library knows „Düsseldorf“, not „Duesseldorf“."""
        assert "Düsseldorf" in rules.COURTS
        assert wrong(register_court="Duesseldorf") == {
            "register_court": "register_court_unknown",
            "register_number": "register_number_wrong",
        }

    def test_siret_has_check_digits(self) -> None:
        assert wrong(country=FR, siret="732 829 320 00074") == {}
        assert wrong(country=FR, siret="732 829 320 00075") == {"siret": "siret_wrong"}
        assert wrong(country=FR, siret="356 000 000 49837") == {}  # La Poste's own rule

    @pytest.mark.parametrize(("rna", "right"), [("W313012345", True), ("w9A1234567", True), ("W31301234", False)])
    def test_rna(self, rna: str, right: bool) -> None:
        assert (wrong(country=FR, rna=rna) == {}) is right

    def test_a_young_association_may_wait_for_its_siret(self) -> None:
        young = profile(FR, siret="", siret_pending=True)
        assert keys(young) == []
        assert keys(replace(young, siret_pending=False)) == ["missing_siret"]
        assert rules.normal(profile(FR, siret_pending=True)).siret_pending is False

    def test_associations_of_alsace_moselle_have_a_court_register_and_no_rna(self) -> None:
        entry = {"local_court": "Tribunal judiciaire de Strasbourg", "local_volume": "92", "local_folio": "123"}
        local = profile(FR, rna="", postal_code="67000", city="Strasbourg", **entry)
        assert (rules.problems(rules.normal(local)), keys(local)) == ({}, [])
        assert keys(replace(local, **dict.fromkeys(entry, ""))) == ["missing_rna"]
        for part in entry:
            assert keys(replace(local, **{part: ""})) == [f"missing_{part}"]
            assert keys(replace(local, rna="W313012345", **{part: ""})) == []
        assert {f"missing_{part}" for part in entry} <= set(texts.MESSAGES)

    @pytest.mark.parametrize(
        ("volume", "folio"),
        [
            ("92", "123"),
            ("Volume 92", "Folio n° 123"),
            ("vol. 92, folio 123", ""),
            ("Band 92", "Blatt 123"),
            ("９２", "\u200b123"),
            ("Vol. n° 92 / fol. 123", ""),
        ],
    )
    def test_volume_and_folio_as_the_extract_writes_them(self, volume: str, folio: str) -> None:
        local = rules.normal(profile(FR, local_volume=volume, local_folio=folio, postal_code="57000"))
        assert (local.local_volume, local.local_folio) == ("92", "123")
        assert rules.normal(profile(FR, local_volume="XXIV", local_folio="7 b")).local_volume == "XXIV"

    def test_what_cannot_be_an_entry_of_alsace_moselle(self) -> None:
        assert wrong(country=FR, postal_code="67000", local_volume="viele", local_folio="٣") == {
            "local_volume": "local_volume_wrong",
            "local_folio": "local_folio_wrong",
        }
        court = "Tribunal judiciaire de Toulouse"
        assert wrong(country=FR, postal_code="31000", local_court=court) == {"local_court": "local_law_elsewhere"}
        assert wrong(country=FR, postal_code="", local_court=court) == {}
        assert {"local_volume_wrong", "local_folio_wrong", "local_law_elsewhere"} <= set(texts.MESSAGES)

    def test_iban(self) -> None:
        assert wrong(iban="DE89 3704 0044 0532 0130 00") == {}
        assert wrong(iban="DE88370400440532013000") == {"iban": "iban_wrong"}
        assert wrong(country=FR, iban="FR1420041010050500013M02607") == {"iban": "iban_wrong"}
        assert (
            wrong(iban="ES9121000418450200051332") == {}
        )  # any account of the euro payments area (Regulation 260/2012)
        assert wrong(iban="TR330006100519786457841326") == {"iban": "iban_outside_sepa"}

    @pytest.mark.parametrize("bic", ["COBADEFFXXX", "cmbr mc mx", "BIC: AGRIMQMX", "BCEELULL", "PSSTFRPPTOU"])
    def test_a_bic_may_name_another_country_than_the_iban(self, bic: str) -> None:
        """Banks of Monaco and overseas hold French accounts, branches go by their parent's BIC."""
        assert wrong(country=FR, iban="FR14 2004 1010 0505 0001 3M02 606", bic=bic) == {}

    @pytest.mark.parametrize("bic", ["NOPE", "COBADEFF²XX", "COBAXXFF", "COBADEFFX"])
    def test_wrong_bics(self, bic: str) -> None:
        assert wrong(bic=bic) == {"bic": "bic_wrong"}

    def test_figures_of_other_scripts_are_no_digits(self) -> None:
        """One SIRET made two organisations."""
        assert wrong(country=FR, siret="٧٣٢٨٢٩٣٢٠٠٠٠٧٤") == {"siret": "siret_wrong"}
        assert wrong(country=FR, rna="W٣13012345") == {"rna": "rna_wrong"}
        assert wrong(country=FR, postal_code="٣١٠٠٠") == {"postal_code": "postal_code_wrong"}
        assert wrong(iban="DE٨٩370400440532013000") == {"iban": "iban_wrong"}
        assert wrong(register_number="VR ٤٧١١") == {"register_number": "register_number_wrong"}
        assert rules.normal(profile(FR, siret="７３２８２９３２００００７４")).siret == "73282932000074"

    def test_a_postal_code_of_the_other_country_is_wrong(self) -> None:
        assert rules.normal(profile(postal_code="D-40002")).postal_code == "40002"
        assert rules.normal(profile(FR, postal_code="F-31 000")).postal_code == "31000"
        assert (
            wrong(postal_code="F-31000")
            == wrong(country=FR, postal_code="D-40002")
            == {"postal_code": "postal_code_wrong"}
        )

    def test_groups_need_three_people(self) -> None:
        people = [{"name": f"P{n}", "city": ""} for n in range(3)]
        assert keys(profile(kind=Kind.GROUP, people=people)) == []
        two = [*people[:2], {"name": "", "city": "Düsseldorf"}, {"name": "", "city": ""}]
        assert keys(profile(kind=Kind.GROUP, people=two)) == ["group_too_small"]

    @pytest.mark.parametrize("again", ["Zoé Groß", "zoe gross", "  ZOÉ   GROSS ", "Zoe\u0301 Groß"])
    def test_the_people_of_a_group_are_different_ones(self, again: str) -> None:
        people = [{"name": name, "city": str(n)} for n, name in enumerate(("Zoé Groß", "Ali Benali", again))]
        assert keys(profile(kind=Kind.GROUP, people=people)) == ["group_people_repeated"]
        assert keys(profile(kind=Kind.GROUP, people=[*people, {"name": "Ina Lang", "city": ""}])) == []
        assert "group_people_repeated" in texts.MESSAGES

    def test_no_notice_of_exemption_comes_from_the_future(self) -> None:
        assert wrong(exemption_on=clock.today()) == {}
        assert wrong(exemption_on=clock.today() + timedelta(days=1)) == {"exemption_on": "exemption_on_future"}

    @pytest.mark.parametrize("website", ["javascript:alert(1)", "ftp://x.example", "https://x", "https://a@b.example"])
    def test_websites_are_web_addresses(self, website: str) -> None:
        assert wrong(website=website) == {"website": "website_wrong"}
        assert rules.normal(profile(website="www.example.org/a")).website == "https://www.example.org/a"


@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_breaks_the_checks(siret: str, rna: str, register: str, iban: str) -> None:
    for country in Country:
        made = rules.normal(profile(country, siret=siret, rna=rna, register_number=register, iban=iban, bic=rna))
        rules.problems(made)
        assert rules.normal(made) == made
