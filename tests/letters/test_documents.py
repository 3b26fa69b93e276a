"""The documents: both languages of a law say the same, in each reader's typography, and nobody's text is code."""

import hashlib
import re
from dataclasses import replace
from datetime import date

import pytest
from jinja2 import Environment, UndefinedError, nodes
from markupsafe import escape

from grantflow.demo import opening
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Side
from grantflow.letters import rules
from grantflow.letters.rules import Award, Form, Recipient, Slot, Words
from grantflow.letters.service import writing
from grantflow.letters.service.layout import layout
from grantflow.letters.states import Channel, Kind

from .samples import CINEMA, JUDO_CLUB, SIGNATORIES, award, facts, sheet, slots

KINDS = ["award_german", "award_french", "rejection_german", "rejection_french"]
EVERY = [(kind, party, language) for kind in Kind for party in Party for language in ("de", "fr")]
NBSP, NARROW = "\u00a0", "\u202f"


def words_of(html: str) -> str:
    body = html.partition("<main>")[2]
    text = re.sub(r"</?(span|strong|b|sup)\b[^>]*>", "", body)
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", text))


def facts_named(name: str) -> set[str]:
    """Every dotted path that a template reads, such as ``facts.award.first``, whatever it does with it."""
    tree = Environment(autoescape=True).parse((writing.TEMPLATES / name).read_text())

    def path(node: nodes.Node) -> str:
        if isinstance(node, nodes.Name):
            return node.name
        return f"{path(node.node)}.{node.attr}" if isinstance(node, nodes.Getattr) else ""

    found = {path(node) for node in tree.find_all(nodes.Getattr)}
    return {p for p in found if p.startswith(("facts.", "award."))}


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_use_the_same_facts(kind: str) -> None:
    assert facts_named(f"{kind}/de.html") == facts_named(f"{kind}/fr.html")


@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_amounts_dates_and_remedy_are_in_every_document(kind: Kind, party: Party, language: str) -> None:
    made = facts(kind, party, contact_language="fr" if party is Party.DUESSELDORF else "de")
    text = words_of(sheet(kind, made, language))
    assert made.remedy is not None
    assert made.remedy.court.split()[-1] in text
    assert made.remedy.address.street in text.replace(NBSP, " ")
    money = {"de": f"4.700,00{NBSP}€", "fr": f"4{NARROW}700,00{NBSP}€"}
    if kind is Kind.AWARD and party is not Party.METROPOLE:
        assert money[language] in text
    period = {("de", 1): "eines Monats", ("de", 2): "zwei Monaten", ("fr", 1): "un mois", ("fr", 2): "deux mois"}
    assert period[language, made.remedy.months] in text


def test_no_last_day_of_appeal_is_ever_computed() -> None:
    """D17: the period and the rule by which it starts, no date behind the day of the letter but the project's own."""
    for kind, party, language in EVERY:
        made = facts(kind, party)
        remedy = sheet(kind, made, language).partition('<section class="remedy">')[2]
        assert not re.search(r"\b20\d\d\b", remedy.partition("</section>")[0])


PORTAL, POST = Channel.PORTAL, Channel.POST
#: When an act takes effect, by its law, the way it goes and the language it is read in.
TAKES_EFFECT = {
    (
        Side.GERMAN,
        PORTAL,
        "de",
    ): "Mit Ihrer Einwilligung wird dieser Bescheid im Portal zum Abruf bereitgestellt. Er gilt "
    "am Tag nach dem Abruf als bekannt gegeben (§ 41 Absatz 2a VwVfG NRW).",
    (Side.GERMAN, PORTAL, "fr"): "Avec votre accord, la présente décision est mise à votre disposition sur le portail. "
    "Elle est réputée notifiée le lendemain du jour où vous la téléchargez (§ 41, alinéa 2a, VwVfG NRW).",
    (Side.GERMAN, POST, "de"): "Dieser Bescheid wird Ihnen durch die Post übermittelt.",
    (Side.GERMAN, POST, "fr"): "La présente décision vous est envoyée par la poste.",
    (
        Side.FRENCH,
        PORTAL,
        "de",
    ): "Sie ist bekannt gegeben, sobald Sie die französische Fassung dort zum ersten Mal abrufen; das Portal "
    "hält diesen Zeitpunkt fest. Rufen Sie sie nicht innerhalb von fünfzehn Tagen nach der Bereitstellung ab, gilt sie "
    "als am Tag der Bereitstellung bekannt gegeben (Artikel L. 112-15 und R. 112-20",
    (
        Side.FRENCH,
        PORTAL,
        "fr",
    ): "Avec votre accord exprès, la présente décision vous est notifiée par le téléservice lors "
    "de sa première consultation, dont celui-ci enregistre la date ; à défaut de consultation dans un délai de quinze "
    "jours à compter de sa mise à disposition, elle est réputée notifiée à la date de cette mise à disposition "
    "(articles L. 112-15 et R. 112-20",
    (Side.FRENCH, POST, "de"): "die nachstehenden Fristen beginnen mit dem Empfang der französischen Fassung.",
    (Side.FRENCH, POST, "fr"): "La présente décision vous est notifiée par courrier ; les délais ci-dessous courent à "
    "compter de sa réception.",
}
FOURTH_DAY = {"de": "am vierten Tag nach der Aufgabe zur Post", "fr": "le quatrième jour suivant sa remise à la poste"}
#: What the closing of an act may say through the portal only.
UNSIGNED = {Side.GERMAN: ("gez. ", "§ 37 Absatz 3"), Side.FRENCH: ("L. 212-2", "notifiée par téléservice")}
#: What is false of an act on paper, wherever it stands.
OF_THE_PORTAL = ("Portal", "Abruf", "elektronisch erlassen", "portail", "téléservice", "112-15", "2a")


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_every_document_says_what_holds_for_the_way_it_goes(
    kind: Kind, party: Party, language: str, channel: Channel
) -> None:
    """D41: no "if you agreed". Within Germany alone does a day stand for the arrival of a letter; paper is signed."""

    def text(to: Recipient) -> str:
        made = facts(kind, party, channel=channel, recipient=to)
        return re.sub(r" +", " ", re.sub(r"[\u00a0\u202f]", " ", words_of(sheet(kind, made, language))))

    at_home, abroad = (text(to) for to in ((JUDO_CLUB, CINEMA) if party.side is Side.GERMAN else (CINEMA, JUDO_CLUB)))
    law = [clause for (side, _, code), clause in TAKES_EFFECT.items() if side is party.side and code == language]
    for printed in (at_home, abroad):
        assert [clause for clause in law if clause in printed] == [TAKES_EFFECT[party.side, channel, language]]
        assert "Haben Sie" not in printed
        assert "Si vous avez" not in printed
        if channel is POST:
            assert [word for word in OF_THE_PORTAL if word in printed] == []
        if language == party.language:
            by_name = [words in printed for words in UNSIGNED[party.side]]
            assert by_name == [channel is PORTAL] * 2
            assert ("Signature " in printed) is (party.side is Side.FRENCH and channel is POST)
    assert (FOURTH_DAY[language] in at_home) is (party.side is Side.GERMAN and channel is POST)
    assert FOURTH_DAY[language] not in abroad


@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_the_agreement_printed_is_the_one_of_the_call(kind: Kind, party: Party, language: str) -> None:
    """D2, R28: no wording kept for years names the agreement; the successor's calls cite the successor."""
    made = facts(kind, party, agreement_on=date(2027, 1, 22))
    basis = opening.starting_fund().laws[party].legal_basis
    made = replace(made, legal_basis=Words(de=basis.de, fr=basis.fr))
    text = words_of(sheet(kind, made, language)).replace(NBSP, " ")
    cited = {
        "de": "Vereinbarung zur Städtefreundschaft vom 22. Januar 2027.",
        "fr": "Accord de coopération du 22 janvier 2027.",
    }
    assert text.count(cited[language]) == 1
    assert "2021" not in text


@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_only_acts_are_signed_and_only_translations_are_marked(kind: Kind, party: Party, language: str) -> None:
    html = sheet(kind, facts(kind, party), language)
    is_act = language == party.language
    assert (SIGNATORIES[party].name in html.replace(NBSP, " ")) is is_act
    assert (("Lesefassung – nicht rechtsverbindlich" if language == "de" else "sans valeur juridique") in html) is not (
        is_act
    )


def test_metropole_speaks_as_itself() -> None:
    text = words_of(sheet(Kind.AWARD, facts(party=Party.METROPOLE)))
    assert "le conseil de la métropole vous attribue la part de Toulouse Métropole" in text
    assert "président de Toulouse Métropole" in text
    assert "conseil municipal" not in text
    assert "maire" not in text.lower()


def test_recipient_abroad_gets_country_and_longer_period() -> None:
    abroad = sheet(Kind.AWARD, facts(party=Party.TOULOUSE))
    at_home = sheet(Kind.AWARD, facts(party=Party.TOULOUSE, recipient=CINEMA))
    assert "ALLEMAGNE" in abroad
    assert "R. 421-7" in words_of(abroad).replace(NBSP, " ")
    assert "ALLEMAGNE" not in at_home
    assert "R. 421-7" not in words_of(at_home).replace(NBSP, " ")
    assert "FRANKREICH" in sheet(Kind.AWARD, facts(recipient=CINEMA))


def test_convention_and_charter_only_where_the_law_wants_them() -> None:
    shares = {Party.DUESSELDORF: eur(25_200), Party.TOULOUSE: eur(25_200)}
    large = award(Party.TOULOUSE, shares, eligible=eur(72_000))
    french = words_of(sheet(Kind.AWARD, facts(party=Party.TOULOUSE, recipient=CINEMA, award=large)))
    german = words_of(sheet(Kind.AWARD, facts(party=Party.TOULOUSE)))
    assert "2001-495" in french
    assert "engagement républicain" in french
    assert "2001-495" not in german
    assert "engagement républicain" not in german


def test_partial_award_says_so() -> None:
    made = facts(award=award(Party.DUESSELDORF, requested=eur(9_800)), reason=Words(de="Die Mittel reichen nicht"))
    text = words_of(sheet(Kind.AWARD, made))
    assert f"zusammen 9.800,00{NBSP}€; bewilligt werden zusammen 9.400,00{NBSP}€" in text
    assert "Die Mittel reichen nicht." in text


@pytest.mark.parametrize(("party", "language"), [(party, language) for party in Party for language in ("de", "fr")])
def test_less_than_asked_for_needs_a_revised_plan_before_the_first_payment(party: Party, language: str) -> None:
    """R12: the own share of the plan printed is larger than the one applied with."""
    full = award(party, dict.fromkeys(Party, eur(3_000)))
    partial = replace(full, requested=full.total + eur(400))
    plan = {"de": "überarbeitete", "fr": "plan de financement révisé"}[language]
    rise = {"de": f"um 400,00{NBSP}€", "fr": f"augmente de 400,00{NBSP}€"}[language]

    def text(made: Award) -> str:
        return re.sub(r" +", " ", words_of(sheet(Kind.AWARD, facts(party=party, award=made), language)))

    assert text(partial).count(plan) == 2
    assert rise in text(partial)
    assert plan not in text(full)


@pytest.mark.parametrize(("party", "language"), [(party, language) for party in Party for language in ("de", "fr")])
def test_the_purpose_of_a_grant_is_a_clause_of_the_office_and_refers_to_no_prose_of_the_applicant(
    party: Party, language: str
) -> None:
    purpose = Words(de="Ein Turnier in beiden Städten", fr="Un tournoi dans les deux villes")
    text = words_of(sheet(Kind.AWARD, facts(party=party, purpose=purpose), language))
    clause = {
        (Side.GERMAN, "de"): "Zuwendungszweck: Ein Turnier in beiden Städten. Das Projekt ist",
        (Side.FRENCH, "de"): "Zweck der Zuwendung: Ein Turnier in beiden Städten. Das Projekt wird",
        (Side.GERMAN, "fr"): "Objet de la subvention : Un tournoi dans les deux villes. Le projet doit",
        (Side.FRENCH, "fr"): "Objet de la subvention : Un tournoi dans les deux villes. Le projet est",
    }
    assert clause[party.side, language] in text.replace(NBSP, " ")
    assert "beschreibt" not in text
    assert "décrit" not in text


@pytest.mark.parametrize(
    ("form", "title", "german", "french"),
    [
        (Form.MS, "", "Sehr geehrte Frau Roth,", "Madame,"),
        (Form.MS, "Dr.", f"Sehr geehrte Frau Dr.{NBSP}Roth,", "Madame,"),
        (Form.MR, "Prof. Dr.", f"Sehr geehrter Herr Prof. Dr.{NBSP}Roth,", "Monsieur,"),
        (Form.NEUTRAL, "Dr.", f"Guten Tag Dr.{NBSP}Leonie Roth,", "Madame, Monsieur,"),
    ],
)
def test_behind_frau_and_herr_stands_the_family_name_with_its_title(
    form: Form, title: str, german: str, french: str
) -> None:
    """D1. The address has the whole name."""
    to = replace(CINEMA, form=form, title=title, given_name="Leonie", family_name="Roth")
    assert f">{german}</p>" in sheet(Kind.AWARD, facts(recipient=to))
    html = sheet(Kind.REJECTION, facts(Kind.REJECTION, Party.TOULOUSE, recipient=to))
    assert f">{french}</p>" in html
    assert " ".join(filter(None, (title, "Leonie Roth<br>"))) in html


UNTRUE = [
    *(" zehn Tagen", " dix jours", "andere Weise", "autre voie", "ANBest", "55a", "schriftlich", "par écrit", "44 ff"),
    *("eigener Bescheid", "acompte", "Abschlag", "Directives communes", "beteiligten Städte", "villes partenaires"),
    *("salutations", "republikanisches Bekenntnis", "d’deux", "cinq points au-dessus"),
]


@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_no_letter_promises_what_the_system_does_not_do(kind: Kind, party: Party, language: str) -> None:
    """D3: nobody ends a provision or notifies otherwise; ANBest-P are not attached; no form of a claim is laid down."""
    text = words_of(sheet(kind, facts(kind, party), language))
    assert [words for words in UNTRUE if words in text] == []


def test_a_french_act_names_the_vote_before_what_it_carried_out() -> None:
    text = words_of(sheet(Kind.AWARD, facts(party=Party.TOULOUSE)))
    assert text.index("Par la délibération") < text.index("ont approuvé ce projet conjointement")


def test_a_reason_in_paragraphs_stays_in_paragraphs() -> None:
    made = facts(Kind.REJECTION, reason=Words(de="Erstens dies\n\nZweitens das."))
    html = sheet(Kind.REJECTION, made)
    assert "<p>Erstens dies.</p>\n<p>Zweitens das.</p>" in html


def test_persons_text_is_never_template_nor_markup() -> None:
    made = facts(project_title='{{7*7}} {% if %} <img src="file:///etc/passwd"> </main>')
    html = sheet(Kind.AWARD, made)
    assert "{{7*7}} {% if %} &lt;img src=" in html
    assert "<img" not in html


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        writing.write_out(Kind.AWARD, facts(award=None), "de")
    with pytest.raises(TypeError):
        rules.Facts.from_json({key: value for key, value in facts().to_json().items() if key != "submitted_on"})


def test_a_body_is_data_and_no_template() -> None:
    """Neither what somebody wrote nor what is filled in is evaluated, and neither can open a slot."""
    mark = Slot.REGISTER_NUMBER.mark
    body = writing.write_out(Kind.AWARD, facts(project_title=f"{{{{ 7*7 }}}} {mark}"), "de")
    hostile = replace(slots(facts()), signatory=f"{{{{ 7*7 }}}} <b>{mark}", register_number="D-1")
    html = layout(body, hostile, "de")
    assert html.count("{{ 7*7 }}") == 3
    assert "<b>&lt;" not in html
    assert f"gez. {escape(hostile.signatory)}" in html
    assert html.count("D-1") == body.count(mark) == 3


def test_the_gap_of_a_vote_that_is_not_entered_is_filled_by_no_key() -> None:
    body = writing.write_out(Kind.AWARD, facts(party=Party.TOULOUSE, deliberation=None), "fr")
    with pytest.raises(rules.Unfilled, match="deliberation"):
        layout(body, slots(facts(party=Party.TOULOUSE)), "fr")


@pytest.mark.parametrize(("kind", "party", "language"), EVERY)
def test_only_what_the_second_key_brings_is_a_slot(kind: Kind, party: Party, language: str) -> None:
    body = writing.write_out(kind, facts(kind, party), language)
    wanted = {Slot.DAY, Slot.REGISTER_NUMBER}
    wanted |= {Slot.FUNDING_START} if kind is Kind.AWARD else set()
    wanted |= {Slot.SIGNATORY, Slot.SIGNATORY_FUNCTION} if language == party.language else set()
    assert {slot for slot in Slot if slot.mark in body} == wanted


@pytest.mark.parametrize(
    ("first", "last", "german", "french"),
    [
        ((2027, 5, 10), (2027, 5, 16), "vom 10. bis 16. Mai 2027", "du 10 au 16 mai 2027"),
        ((2027, 1, 1), (2027, 6, 30), "vom 1. Januar bis 30. Juni 2027", "du 1er janvier au 30 juin 2027"),
        ((2026, 5, 30), (2027, 5, 2), "vom 30. Mai 2026 bis 2. Mai 2027", "du 30 mai 2026 au 2 mai 2027"),
        ((2027, 5, 1), (2027, 5, 1), "am 1. Mai 2027", "le 1er mai 2027"),
        ((2027, 8, 1), (2027, 8, 5), "vom 1. bis 5. August 2027", "du 1er au 5 août 2027"),
    ],
)  # fmt: skip
def test_periods(first: tuple[int, int, int], last: tuple[int, int, int], german: str, french: str) -> None:
    days = (date(*first), date(*last))
    assert writing.period(days, language="de").replace(NBSP, " ") == german
    assert writing.period(days, language="fr").replace(NBSP, " ") == french


def test_typesetting() -> None:
    french = writing.typeset('<body a="x ; y"><p>Dates : « 20 % » ; n° 3, 1er mai !</p>', "fr")
    raised = "1<sup>er</sup>"
    assert french == (
        f'<body a="x ; y"><p>Dates{NBSP}: «{NBSP}20{NBSP}%{NBSP}»{NARROW}; n°{NBSP}3, {raised} mai{NARROW}!</p>'
    )
    german = writing.typeset("<body><p>JC e. V., 20 v. H., § 36 VwVfG</p>", "de")
    assert german == f"<body><p>JC e.{NBSP}V., 20{NBSP}v.{NBSP}H., §{NBSP}36 VwVfG</p>"


#: Of everything under templates/letters. Changed? Then raise rules.TEMPLATE_VERSION and write both down here.
PRINTED_WITH = ("1.7", "62ad65833225543f")


def test_templates_do_not_change_under_their_version() -> None:
    files = sorted(path for path in writing.TEMPLATES.rglob("*") if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    assert (rules.TEMPLATE_VERSION, digest) == PRINTED_WITH


def test_address_of_the_row_is_the_address_printed() -> None:
    made = facts(recipient=replace(CINEMA, given_name="Zoé", family_name="Kanari"))
    assert "Zoé Kanari" in sheet(Kind.AWARD, made)
