"""One concept, one word, in every text a person reads: catalogues, public pages, mails, letters, the demo.

The rows are those of the design page ``language.md`` (D: German, F: French, C: its table of concepts). A word that is
out needs either another word or an exception below, with its reason. Exceptions nobody needs any more fail as well.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from grantflow.cli.catalogues import TRANSLATIONS
from grantflow.config import LANGUAGES, ROOT
from grantflow.fundfile import rules as fund
from grantflow.fundfile.service import STARTING_FILE

TEMPLATES = ROOT / "templates"


class Out(NamedTuple):
    """A word nobody says any more: pattern, what to say instead, row of the design page."""

    word: str
    instead: str
    row: str


class Text(NamedTuple):
    """What a person reads, and where it stands: the source string of a catalogue, or a file below the root."""

    place: str
    words: str


OUT: dict[str, tuple[Out, ...]] = {
    "de": (
        Out(r"Geld", "Mittel, Förderung", "D18, C money"),
        Out(r"Aktenzeichen", "Bescheidnummer; the Aktenzeichen is the file's", "D8"),
        Out(r"Schlüssel", "Unterschrift, unterzeichnen", "D14"),
        Out(r"\bZeichnung\b|\bzeichnet\b", "zeichnungsberechtigt, unterzeichnen", "D13"),
        Out(r"\b[Gg]ereiht\b|\breihen\b", "geordnet, Rangliste", "D17"),
        Out(r"Kn[oö]pf|Verweise\b", "Schaltfläche, Link", "D38"),
        Out(r"aufgehoben", "gesichert, ungültig", "D7"),
        Out(r"Gesamtpreis", "Gesamtkosten", "D15"),
        Out(r"auf den Cent (gleichen|ausgeglichen)", "auf den Cent genau übereinstimmen", "D16"),
        Out(r"Zuwendungsgeber|[Dd]rei Stellen", "Förderstelle", "D23, C who pays"),
        Out(
            r"Antragsteller(in)?\b|Antragstellende[nr]?\b(?! Organisation)",
            "antragstellende Organisation",
            "C who applies",
        ),
        Out(r"Projektträger", "Federführung", "C lead"),
        Out(r"Empfangsbestätigung", "Eingangsbestätigung", "D19"),
        Out(r"Antrag (ge)?senden|Antrag gesendet|zum Senden", "einreichen, eingereicht", "C sending in"),
        Out(r"Interessenkonflikt", "Befangenheit", "D25"),
        Out(r"Einvernehmen", "Zustimmung", "D22"),
        Out(r"Gremium", "Zuständiges Organ", "D24"),
        Out(r"republikanisch|Bekenntnis", "Verpflichtungserklärung auf die Werte der Republik", "D12"),
        Out(r"Recherche|Gruppenaustausch", "Forschung, Gruppenbegegnung", "D39"),
        Out(r"Nachlese|rufen Sie den Betrieb|außerhalb notiert", "plain office language", "D30, D35"),
        Out(r"maschinell erstellt", "automatische E-Mail", "D28"),
        Out(r"\b8[67]\b", "„Wofür“, „Von wem“: numbers of accounts are French", "D10"),
        Out(r"Stadt Toulouse", "Ville de Toulouse, as its letterhead says", "D31"),
        Out(r"Zweckverband", "Gemeindeverband", "D34"),
        Out(r"Leitung des Büros", "Leiterin, Leiter", "D33"),
        Out(r"44 ff\.", "§§ 48 to 49a, where they apply", "D4"),
        Out(r"[Zz]uwendungsfähig", "förderfähige Kosten on screens", "C costs"),
        Out(r"(Ihre|eigene|jede|beide|andere)[nr]? Seiten?\b", "Stadt, Partner", "C side"),
        Out(r"für das Geld einsteht", "es haften alle gemeinsam", "D11"),
        Out(r"beteiligten Städte", "beteiligte Förderpartner", "D32"),
        Out(r"[Uu]nzulässig|nicht zulässig", "nicht zugelassen", "D5"),
    ),
    "fr": (
        Out(r"\b[Bb]ureaux?\b", "service instructeur", "F1"),
        Out(r"\b[Cc]ôtés?\b", "partenaire, ville", "F26"),
        Out(r"\b[Ll]ettres?\b(?! sans accent)", "décision", "F4"),
        Out(r"\b[Ll]ibér(er|ez|ée?s?)\b", "valider, autoriser l’envoi", "F3"),
        Out(
            r"(?<!implicite de )(?<!vaut )\b[Rr]ejet(s|er|ez|ée?s?)?\b",
            "refus, refuser; silence « vaut rejet » by law",
            "F28",
        ),
        Out(r"\bréuniss(ez|ons)\b", "financez", "F2"),
        Out(r"^Vers\b", "Voir, Ouvrir", "F25"),
        Out(r"\b[Ss]auvegard(é|er\b|ez\b)", "enregistrer, conserver; la sauvegarde is a backup", "F33"),
        Out(r"\bjustes?\b", "valide, exact", "F21"),
        Out(r"\ben route\b", "vient d’être envoyé", "F22"),
        Out(r"\b[Cc]lés?\b(?! d’accès| de sécurité)", "signature; a passkey is a clé d’accès", "C signing"),
        Out(r"\b[Dd]emandeurs?\b|\b[Pp]orteu(rs?|se)\b", "structure demandeuse, cheffe de file", "C who applies"),
        Out(r"\b[Ff]inanceurs?\b", "collectivité", "C who pays"),
        Out(r"\b[Aa]comptes?\b", "avance: what is paid before the work", "law.md 2"),
        Out(r"[Nn]otice sur les données|^Données personnelles$", "Protection des données", "F35"),
        Out(r"Ville de Düsseldorf", "Landeshauptstadt Düsseldorf, as its letterhead says", "F37"),
        Out(
            r"[Vv]ous (avez été|êtes) (\w+ )*(dé)?(connecté|autorisé|exclu|inscrit|invité)\b",
            "no participle for men",
            "F32",
        ),
        Out(r"s’est inscrit\b|[Qq]uelqu’un\b", "une personne", "F32"),
        Out(r"répond(re)? de l’argent|l’argent", "crédits, subvention", "F17"),
        Out(r"Comment ça|[Bb]ienvenue dans|dernièrement|appelez l’exploitation", "plain office language", "F23, F24"),
        Out(r"Cette demande n’a pas été comprise", "requête", "F16"),
        Out(r"projet correspond-il", "Votre projet est-il éligible ?", "F15"),
        Out(r"avec elle\b", "the noun", "F20"),
        Out(r"expression de mes salutations", "mes salutations distinguées", "F7"),
        Out(r"Directives communes", "Règlement d’attribution commun", "F9"),
        Out(r"villes partenaires", "collectivités partenaires", "F40"),
        Out(r"au-dessus du taux de base", "taux de base majoré de cinq points", "F13"),
        Out(r"ne parviennent à personne", "merci de ne pas répondre", "F41"),
        Out(r"(n’est|pas jugée) (pas )?recevable", "irrecevable", "F6"),
    ),
}

#: language, word as it stands there, place (a source string or a file), reason
EXCEPTIONS: tuple[tuple[str, str, str, str], ...] = (
    ("de", "Schlüssel", "Two keys: the decision is made once both cities have signed.", "the caption of the picture"),
    ("fr", "clés", "Two keys: the decision is made once both cities have signed.", "the caption of the picture"),
    ("de", "Aktenzeichen", "templates/letters/words_de.html", "the number of the file, beside that of the act"),
    ("de", "jeder Seite", "templates/pages/public/accessibility/de.html", "a page of the site"),
    ("fr", "bureau", "grantflow/demo/people.py", "an invented address of e-mail, no word of ours"),
)

#: Where a noun is said for men, the one for women stands beside it.
PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "de": ((r"Gutachtern?\b", "Gutachterin"), (r"\bBürgern?\b", "Bürgerin"), (r"Mitarbeitern?\b", "Mitarbeiterin")),
    "fr": (
        (r"évaluateurs?\b", "évaluatrice"),
        (r"(?<!Télérecours )\bcitoyens\b", "citoyenne"),
        (r"\bhabitants?\b", "habitante"),
        (r"\bdélégués?\b", "déléguée"),
        (r"\bparticipants\b", "participante"),
    ),
}


@cache
def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def translations(language: str) -> tuple[Text, ...]:
    found = []
    for message in catalogue(language):
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        source = message.id[0] if isinstance(message.id, tuple | list) else message.id
        found += [Text(source, form) for form in forms if source]
    return tuple(found)


@cache
def written(language: str) -> tuple[Text, ...]:
    """Texts that stand in one language only: public pages and letters. Markup and Jinja are taken away."""
    files = [*TEMPLATES.glob(f"pages/public/*/{language}.html"), *letters(language)]
    return tuple(Text(str(path.relative_to(ROOT)), plain(path.read_text(encoding="utf-8"))) for path in sorted(files))


def letters(language: str) -> Iterator[Path]:
    yield from TEMPLATES.glob(f"letters/*/{language}.html")
    yield TEMPLATES / "letters" / f"words_{language}.html"


def plain(page: str) -> str:
    """What is read of a template. What is said inside ``{% set %}`` and ``{{ }}`` in quotes is read, too."""
    page = re.sub(r"(?s)\{#.*?#\}", "", page)
    page = re.sub(r"(?s)\{[{%].*?[%}]\}", lambda code: " ".join(re.findall(r'"([^"]*)"', code.group())), page)
    # A phrase marked as the other language is that language's.
    page = re.sub(r'(?s)<span lang="\w+">.*?</span>', "", page)
    return re.sub(r"<[^>]+>", "\n", page)


@cache
def of_the_demo() -> tuple[Text, ...]:
    """Whatever the demo's people wrote: strings of its modules, in both languages side by side."""
    found = []
    for path in sorted((ROOT / "grantflow" / "demo").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        comments = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            Text(str(path.relative_to(ROOT)), node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments
        ]
    return tuple(found)


@cache
def of_the_fund(language: str) -> tuple[Text, ...]:
    """What the starting file of the fund says in one language."""
    read = fund.read(STARTING_FILE.read_bytes())
    place = str(STARTING_FILE.relative_to(ROOT))
    return tuple(Text(place, value) for value in _said(read.values, language))


def _said(value: Any, language: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (inner,) if name == language else _said(inner, language)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, language)


def texts(language: str) -> tuple[Text, ...]:
    return translations(language) + written(language) + of_the_fund(language) + of_the_demo()


def is_excepted(language: str, word: str, place: str) -> bool:
    return any((language, word, place) == exception[:3] for exception in EXCEPTIONS)


@pytest.mark.parametrize(
    ("language", "out"),
    [(language, out) for language in OUT for out in OUT[language]],
    ids=[f"{language}-{out.row}" for language in OUT for out in OUT[language]],
)
def test_a_word_that_is_out_stands_nowhere(language: str, out: Out) -> None:
    found = [
        f"{text.place}: „{hit.group()}“ → {out.instead} ({out.row})"
        for text in texts(language)
        # In an act the law's own words hold.
        if not (out.row == "C costs" and text.place.startswith("templates/letters"))
        for hit in re.finditer(out.word, text.words, re.MULTILINE)
        if not is_excepted(language, hit.group(), text.place)
    ]
    assert found == []


@pytest.mark.parametrize(("language", "word", "place", "reason"), EXCEPTIONS)
def test_an_exception_is_needed(language: str, word: str, place: str, reason: str) -> None:
    assert reason
    assert any(re.search(out.word, word) for out in OUT[language]), f"{word} is not out"
    assert any(word in text.words for text in texts(language) if text.place == place), f"{word} is not there any more"


@pytest.mark.parametrize(
    ("language", "man", "woman"), [(language, *pair) for language in PAIRS for pair in PAIRS[language]]
)
def test_women_are_named_where_men_are(language: str, man: str, woman: str) -> None:
    found = [
        f"{text.place}: {line.strip()[:120]}"
        for text in translations(language) + written(language)
        for line in text.words.split("\n")
        if re.search(man, line) and woman not in line.casefold().replace(woman.casefold(), woman)
    ]
    assert found == []


# --- mails ---------------------------------------------------------------------------------------

#: After the comma these stay capital: they address the reader.
ADDRESSES = re.compile(r"(Sie|Ihr\w*|Ihnen|%\((num|person|proposer|reporter)\)s)\b")


def first_words(body: Path) -> list[str]:
    """The source strings that may follow the salutation: all of the first paragraph, whatever it depends on."""
    block = body.read_text(encoding="utf-8").split("{% block body %}\n")[1].split("\n\n")[0]
    found = re.findall(r"(?:n?gettext|_)\('((?:[^'\\]|\\.)*)'", block)
    assert found, body
    return found


@pytest.mark.parametrize("body", sorted(TEMPLATES.glob("emails/*/body.txt")), ids=lambda body: body.parent.name)
def test_after_the_salutations_comma_german_goes_on_in_lower_case(body: Path) -> None:
    wanted = first_words(body)
    said = [text.words for text in translations("de") if text.place in wanted]
    assert said
    assert all(words[0].islower() or ADDRESSES.match(words) for words in said), said


# --- spaces, colons, plurals -----------------------------------------------------------------------

#: An ordinary space, or none, where the Imprimerie nationale sets U+202F or U+00A0.
LOOSE = re.compile(r"[ \t\n\u00a0](?=[;!?])|[ \t\n\u202f]:|«(?!\u00a0)|(?<!\u00a0)»|[^\W\d_)»][;:!?](?=\s|$)")


def loose(words: str) -> list[str]:
    return [words[max(hit.start() - 25, 0) : hit.end() + 10] for hit in LOOSE.finditer(words)]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Déjà vu\u202f?", 0),
        ("Déjà vu ?", 1),
        ("Déjà vu\u00a0?", 1),
        ("Déjà vu?", 1),
        ("Objet\u00a0: titre", 0),
        ("Objet : titre", 1),
        ("Modifier: Structure", 1),
        ("«\u00a0Titre\u00a0»", 0),
        ("« Titre »", 2),
        ("«Titre»", 2),
        ("de 9:30 à 18:00, https://example.org/?a", 0),
    ],
)
def test_what_a_loose_sign_is(words: str, count: int) -> None:
    assert len(loose(words)) == count


def test_french_signs_do_not_stand_loose() -> None:
    pages = [text for text in written("fr") if not text.place.startswith("templates/letters")]  # set when printed
    said = (*translations("fr"), *pages, *of_the_fund("fr"))
    found = [f"{text.place}: {hit}" for text in said for hit in loose(text.words)]
    assert found == []


def test_french_signs_of_the_demo_do_not_stand_loose() -> None:
    """German and French stand side by side there: only a space before a sign gives French away."""
    found = [text.words for text in of_the_demo() if re.search(r"\w [;:!?](\s|$)|« | »", text.words)]
    assert found == []


def test_templates_take_their_colon_from_the_catalogue() -> None:
    """A colon of their own stands without its French space. Pages of one language have theirs."""
    own = re.compile(r"(?:\}\}|%\}|>)\s*:(?:\s|<)|:\s?\{\{(?! )")
    shared = [
        path
        for path in sorted(TEMPLATES.rglob("*.*"))
        if path.parts[-1] not in {"de.html", "fr.html"} and "letters" not in path.relative_to(TEMPLATES).parts
    ]
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in shared
        for number, line in enumerate(re.sub(r"(?s)<style>.*?</style>", "", path.read_text("utf-8")).split("\n"), 1)
        if own.search(line)
    ]
    assert found == []


#: A finite verb, with which what follows a colon is a sentence and begins with a capital (Duden).
VERB = (
    r"(ist|sind|war|hat|haben|wird|werden|kann|können|muss|müssen|darf|dürfen|handelt|gilt|gelten|steht|liegt|"
    r"braucht)"
)


def test_a_sentence_after_a_colon_begins_with_a_capital() -> None:
    small = re.compile(rf"(?<!\d): [a-zäöü][^.:]*\b{VERB}\b[^.:]*\.$")
    assert [text.words for text in translations("de") if small.search(text.words)] == []


#: source string -> why it needs no plural forms of its own
ALWAYS_MANY = {
    "An informal group needs at least %(count)d different people: a name stands here twice.": "three, by the rules",
    "An informal group needs at least %(count)d named people.": "three, by the rules",
    "All criteria together give %(max)s points.": "ten or more",
    "All criteria together may give %(max)s points at most.": "hundreds",
    "Too long: at most %(max_length)s characters.": "forty or more",
    "At least %(days)d days after sending. If you send today: from %(day)s.": "weeks, by each call",
    "At most %(count)s characters.": "20 or more",
    "Please choose a password of at least %(count)s characters.": "fifteen",
    "Please choose a password of at most %(count)s characters.": "hundreds",
    "The project must begin at least %(days)d days after sending: not before %(earliest)s if you send today.": "weeks",
    "The two cities lie %(gap)s points apart. As soon as the third review is in, a proposal is possible.": "33 or more",
    "The two cities lie %(gap)s points apart. Nothing can be proposed before a third person has reviewed the file. "
    "One office proposes who, the other confirms.": "33 or more",
    "The two cities lie %(gap)s points apart; from %(limit)s on, a third review must be in before anything can be "
    "proposed.": "33 or more",
    "The category follows the grant asked for. In category %(number)d at least %(points)d of %(max)d points are "
    "needed.": "30 or more",
    "This is %(length)s characters long; at most %(most)s fit here.": "20 or more",
    "%(points)s points, minimum %(threshold)s": "a mean, with its decimals",
    "At most %(most)s characters.": "hundreds",
    "No award is possible: the mean is below the minimum of %(threshold)s points.": "30 or more",
    "The mean reaches the minimum of %(threshold)s points: please choose another ground.": "30 or more",
    "One ZIP holds at most %(most)d letters. Please narrow the filter.": "hundreds",
    "%(count)s of %(all)s selected": "two or more; one has a text of its own",
}
COUNTED = re.compile(
    r"%\(\w+\)[sd] (?:\w+ )?(letters|points|days|weeks|months|hours|people|volunteers|files|entries|characters|keys|"
    r"signatures|messages|selected|organisations|applications)\b"
)


def test_what_is_counted_has_plural_forms() -> None:
    single = [message.id for message in catalogue("de") if isinstance(message.id, str) and COUNTED.search(message.id)]
    assert [source for source in single if source not in ALWAYS_MANY] == []


def test_no_exception_from_plural_forms_is_idle() -> None:
    sources = {message.id for message in catalogue("de") if isinstance(message.id, str)}
    assert [source for source in ALWAYS_MANY if source not in sources or not COUNTED.search(source)] == []


def test_both_languages_are_held() -> None:
    assert set(OUT) == set(PAIRS) == set(LANGUAGES)
