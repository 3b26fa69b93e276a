"""The words of an act: written out once, when it is put to the cities; from then on they are data, never a template."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, partial
from typing import Any

from babel.dates import format_date, get_month_names
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grantflow.config import ROOT
from grantflow.kernel import window
from grantflow.kernel.parties import Party
from grantflow.platform import locale

from .. import rules
from ..rules import Facts, Slot
from ..states import Kind, Standing

TEMPLATES = ROOT / "templates" / "letters"
NBSP, NARROW = "\u00a0", "\u202f"


def write_out(kind: Kind, facts: Facts, language: str) -> str:
    """All that is printed of an act in ``language``, its title first, with marks for what the second key brings.

    Raises UndefinedError for any fact that a template names and ``facts`` lack.
    """
    party = facts.funder.party
    partners = rules.partners(facts)
    context: dict[str, Any] = {
        "facts": facts,
        "slot": {slot.value: slot.mark for slot in Slot},
        "language": language,
        "side": party.side.value,
        "is_act": rules.standing(party, language) is Standing.ACT,
        "has_courtesy": facts.has_courtesy,
        "template_version": rules.TEMPLATE_VERSION,
        "address_type": _address_type(facts),
        "code": f"{rules.CODES[kind, party.side]}-{language.upper()}",
        "partners": partners,
        # One's own part first.
        "shares": sorted(facts.award.shares, key=lambda share: share.party is not party) if facts.award else [],
        "needs_convention": rules.needs_convention(facts),
        "needs_republican_commitment": rules.needs_republican_commitment(facts),
    }
    environment = _environment(language)
    words: Any = environment.get_template(f"words_{language}.html").make_module(context)
    context |= {
        "words": words,
        "say": words.say,
        "others_of": [words.of_party[party] for party in partners],
        "everyone_by": [words.by_party[party] for party in Party if party in {facts.funder.party, *partners}],
    }
    template = environment.get_template(rules.template(kind, party, language))
    return typeset(template.render(context), language)


@cache
def _environment(language: str) -> Environment:
    """Apart from the pages' environment: an undefined name is an error, and figures speak the letter's language."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    marking: tuple[Callable[..., Any], ...] = (tongue, quoted, worded, paragraphs)
    for marked in marking:
        environment.filters[marked.__name__] = partial(marked, reader=language)
    for name in ("money", "number", "long_date"):
        environment.filters[name] = partial(getattr(locale, name), code=language)
    environment.filters["period"] = partial(period, language=language)
    environment.filters["listing"] = partial(listing, language=language)
    return environment


def period(days: tuple[date, date], *, language: str) -> str:
    """``vom 10. bis 16. Mai 2027``, ``du 1er janvier au 30 juin 2027``, ``am 5. Mai 2027``: nothing said twice."""
    first, last = days
    at, since, until = ("am", "vom", "bis") if language == "de" else ("le", "du", "au")
    end = locale.long_date(last, language)
    if first == last:
        return f"{at} {end}"
    begin = locale.long_date(first, language)
    if first.year == last.year:
        begin = begin.removesuffix(f" {first.year}")
        if first.month == last.month:
            begin = begin.removesuffix(format_date(first, "MMMM", locale=language)).rstrip()
    return f"{since} {begin} {until} {end}"


def listing(names: Sequence[str], *, language: str) -> str:
    """``a, b und c``, ``a, b et c``."""
    *most, last = names
    return Markup(" ").join((Markup(", ").join(most), "und" if language == "de" else "et", last)) if most else last


def tongue(text: str, language: str, *, reader: str) -> Markup:
    """``text`` marked as being in ``language`` where that is not the reader's: it is hyphenated and read out so."""
    return escape(text) if language == reader else Markup('<span lang="{}">{}</span>').format(language, text)


def quoted(text: str, language: str, *, reader: str) -> Markup:
    """The same in the reader's quotation marks. They stand inside the mark of the language: behind one that stood
    outside, the typesetter would not break a word longer than a line."""
    return tongue(f"„{text}“" if reader == "de" else f"« {text} »", language, reader=reader)


def worded(words: rules.Words, *, reader: str) -> Markup:
    """A sentence in the reader's language, or else in the other."""
    text, language = _either(words, reader)
    return tongue(sentence(text), language, reader=reader)


def _either(words: rules.Words, reader: str) -> tuple[str, str]:
    """The text and the language it is in: the reader's where there is one."""
    languages = (reader, "fr" if reader == "de" else "de")
    return next(((text, code) for code in languages if (text := words.in_(code))), ("", reader))


def sentence(text: str) -> str:
    """Closed by a full stop, whoever wrote it."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…", ".“", ".»")) else f"{text}."


def paragraphs(words: rules.Words, *, reader: str) -> list[Markup]:
    """What was written as several paragraphs stays several."""
    text, language = _either(words, reader)
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", text))
    return [tongue(sentence(block), language, reader=reader) for block in blocks if block]


def _address_type(facts: Facts) -> int:
    """In how many lines, and so in how small a type, the address is set; ``why_not_write`` refuses what never fits."""
    fitting = window.fitting(rules.address_lines(facts)) or window.TYPES[-1]
    return fitting.lines


#: Ordinary spaces where a line must not break, as careful typists set them; users' own words get the same care.
_HOUSE_NUMBER = (re.compile(r"(?<=\w) (?=\d+ ?[a-z]?, \d{5}\b)"), NBSP)
_GERMAN = (
    _HOUSE_NUMBER,
    (re.compile(r"(§§?|Absatz|Artikel|Nr\.|Nummern?|Abschnitt) (?=[\dIVL])"), rf"\1{NBSP}"),
    (re.compile(r"\b([evz])\. ?([VHB])\."), rf"\1.{NBSP}\2."),
    (re.compile(r"(\d) (?=v\.|Prozent|€|%)"), rf"\1{NBSP}"),
    (re.compile(r"\bDr\. "), f"Dr.{NBSP}"),
    (re.compile(r"\b([LR])\. (?=\d)"), rf"\1.{NBSP}"),
)
_FRENCH = (
    _HOUSE_NUMBER,
    (re.compile(r" ([;!?])"), rf"{NARROW}\1"),
    (re.compile(r" ([:%€»])"), rf"{NBSP}\1"),
    (re.compile(r"« "), f"«{NBSP}"),
    (re.compile(r"(n°|§§?|articles?|L\.|R\.|alinéa|point|numéros?) (?=[\dLR])"), rf"\1{NBSP}"),
    (re.compile(r"\b1er\b"), "1<sup>er</sup>"),
    (re.compile(rf"\b(\d{{1,2}}) (?={'|'.join(get_month_names(locale='fr').values())})"), rf"\1{NBSP}"),
)


def typeset(html: str, language: str) -> str:
    """No-break spaces and raised ordinals, in the words between the tags of the body only."""
    head, opening, body = html.rpartition("<body")
    parts = re.split(r"(<[^>]*>)", opening + body)
    for i in range(0, len(parts), 2):
        for pattern, replacement in _GERMAN if language == "de" else _FRENCH:
            parts[i] = pattern.sub(replacement, parts[i])
    return head + "".join(parts)
