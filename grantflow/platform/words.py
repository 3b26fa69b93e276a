"""The words of pages, cheaply: which catalogue is in force is settled once, and each sentence is prepared once.

A page says several hundred words. Flask-Babel works out the language at every one, and Jinja formats every one, whether
it has facts in it or not.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Domain
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

#: Numbers keep their kind for %d; all else is escaped.
_FIGURES = (int, float, Decimal)

H = TypeVar("H", bound=Hashable)


class Catalogues(Domain):
    """Flask-Babel's domain, which also serves everything that is not a template, bound to the language in force."""

    def __init__(self, language: Callable[[], str]) -> None:
        super().__init__()
        self._language = language
        self._found: dict[str, Sentences] = {}

    def sentences(self) -> "Sentences":
        """The catalogue in force as templates use it."""
        language = self._language()
        if language not in self._found:
            self._found[language] = Sentences(super().get_translations())
        return self._found[language]

    def get_translations(self) -> Translations | NullTranslations:
        return self.sentences().translations


class Sentences(dict[tuple[str, ...], Markup]):
    """One language's sentences without facts, by (text,) or (context, text). In a message "%%" is a per cent sign."""

    def __init__(self, translations: Translations | NullTranslations) -> None:
        super().__init__()
        self.translations = translations

    def __missing__(self, key: tuple[str, ...]) -> Markup:
        said = self.translations.ugettext(*key) if len(key) == 1 else self.translations.upgettext(*key)
        self[key] = Markup(said % {})  # noqa: S704 - messages are ours
        return self[key]


def _filled(context: EvalContext, said: str, facts: Mapping[str, Any]) -> str:
    if not context.autoescape:
        return said % facts
    safe = {name: fact if isinstance(fact, _FIGURES) else escape(fact) for name, fact in facts.items()}
    return Markup(said % safe)  # noqa: S704 - messages are ours, facts are escaped


def drawn(macro: Callable[..., str], arguments: Mapping[H, Sequence[Any]]) -> dict[H, str]:
    """What a macro draws for each of a few keys: once before a table's rows, which then only look it up."""
    return {key: macro(*values) for key, values in arguments.items()}


def spoken(labels: Mapping[H, Any]) -> dict[H, str]:
    """Labels in the language in force: asked once for a page, not once a row."""
    return {key: str(label) for key, label in labels.items()}


def init_app(app: Flask, catalogues: Catalogues) -> None:
    """Give templates these words in place of Flask-Babel's, and ``pure`` for macros."""

    @pass_eval_context
    def gettext(context: EvalContext, text: str, /, **facts: Any) -> str:
        found = catalogues.sentences()
        return _filled(context, found.translations.ugettext(text), facts) if facts else _plain(context, found[(text,)])

    @pass_eval_context
    def pgettext(context: EvalContext, place: str, text: str, /, **facts: Any) -> str:
        found = catalogues.sentences()
        if not facts:
            return _plain(context, found[place, text])
        return _filled(context, found.translations.upgettext(place, text), facts)

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, /, **facts: Any) -> str:
        said = catalogues.get_translations().ungettext(one, many, num)
        return _filled(context, said, {"num": num, **facts})

    @pass_eval_context
    def npgettext(context: EvalContext, place: str, one: str, many: str, num: int, /, **facts: Any) -> str:
        said = catalogues.get_translations().unpgettext(place, one, many, num)
        return _filled(context, said, {"num": num, **facts})

    def _plain(context: EvalContext, said: Markup) -> str:
        return said if context.autoescape else str(said)

    app.jinja_env.globals |= {
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "pgettext": pgettext,
        "npgettext": npgettext,
        # A macro of few arguments that depends on nothing else (an icon, a badge) is drawn once for each of them.
        "pure": lru_cache(maxsize=512),
        "drawn": drawn,
    }
