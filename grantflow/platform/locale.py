"""German and French: which one this page or message speaks, and how it writes money, dates and numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import get_decimal_symbol, get_group_symbol, get_minus_sign_symbol
from flask import Flask, Response, g, has_app_context, has_request_context, request, url_for
from flask_babel import Babel, force_locale, gettext, pgettext
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from grantflow.config import LANGUAGES
from grantflow.kernel import clock
from grantflow.kernel.text import unaccented

from . import words
from .access import current_actor

#: The cookie ``?lang=`` sets; it holds two letters and nothing about the person.
COOKIE = "lang"
#: The name of the language switch's button on form pages (D25).
SWITCH = "_language"

NBSP = "\u00a0"

babel = Babel()
catalogues = words.Catalogues(lambda: language())


def chosen() -> str:
    """The language of this request: switch, link, cookie, the person's own, then the browser's."""
    if not has_request_context():
        return LANGUAGES[0]
    if "language" not in g:
        g.language = _choose()
    language: str = g.language
    return language


def _choose() -> str:
    asked = _pressed() or request.args.get("lang") or request.cookies.get(COOKIE)
    if asked in LANGUAGES:
        return asked
    if (actor := current_actor()).is_authenticated:
        return actor.language
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def language() -> str:
    """The language in force right here, inside ``use`` or the request's own."""
    try:
        kept = g._get_current_object()  # asked at every word and figure: one look instead of three
    except RuntimeError:  # outside every context
        return chosen()
    tongue: str | None = kept.get("tongue")
    if tongue is None:
        tongue = kept.tongue = chosen()
    return tongue


@contextmanager
def use(code: str) -> Iterator[None]:
    """Speak ``code`` inside: the recipient decides, never the request."""
    if not has_app_context():
        yield
        return
    before, g.tongue = g.get("tongue"), code
    try:
        with force_locale(code):
            yield
    finally:
        g.tongue = before
        if before is None:
            g.pop("tongue")


def is_switching() -> bool:
    """Whether this POST only asks for its page in the other language."""
    return has_request_context() and _pressed() in LANGUAGES


def _pressed() -> str | None:
    """The language button of the form sent; a body that is refused for its size has none, its error page a language."""
    try:
        return request.form.get(SWITCH)
    except HTTPException:
        return None


def language_urls() -> dict[str, str]:
    """This page in each language. The query is only passed on: ``url_for`` would read names such as ``_scheme``."""
    if request.endpoint is None:
        return {code: url_for("public.start", lang=code) for code in LANGUAGES}
    path = url_for(request.endpoint, **(request.view_args or {}))
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return {code: f"{path}?{urlencode([*kept, ('lang', code)])}" for code in LANGUAGES}


# --- words ---------------------------------------------------------------------------------------


def alphabetical(text: str) -> tuple[str, str]:
    """Where a word stands in a list: « Évaluation » among the E, „Übernahme“ among the U; accents only break ties."""
    return unaccented(text), text


def spoken(text: str, code: str | None) -> str:
    """What a person wrote in ``code``, under its own ``lang`` where the page speaks the other language (WCAG 3.1.2)."""
    if not text or not code or code == language():
        return text
    return Markup(f'<span lang="{escape(code)}">{escape(text)}</span>')  # noqa: S704 - both are escaped


# --- figures -------------------------------------------------------------------------------------


_LOCALES = {"de": Locale.parse("de_DE"), "fr": Locale.parse("fr_FR")}


def _locale(code: str | None = None) -> Locale:
    return _LOCALES[code or language()]


#: From the signs that Python writes to those of each language.
_SIGNS = {
    code: str.maketrans(
        {",": get_group_symbol(locale), ".": get_decimal_symbol(locale), "-": get_minus_sign_symbol(locale)}
    )
    for code, locale in _LOCALES.items()
}


def number(value: int | float | Decimal, places: int = 0, code: str | None = None) -> str:
    """``1.234,5`` / ``1 234,5``, rounded to even: what Babel writes, without reading its pattern at every number."""
    exact = value if isinstance(value, (int, Decimal)) else Decimal(str(value))
    return f"{exact:,.{places}f}".translate(_SIGNS[code or language()])


def points(value: int | float | Decimal) -> str:
    """Whole where it is, else up to two places: ``88``, ``93,5``."""
    return number(value, 2).rstrip("0").rstrip(",")


def money(cents: int | None, code: str | None = None) -> str:
    """``1.234,56 €`` / ``1 234,56 €`` with no-break spaces; a dash where there is no amount."""
    if cents is None:
        return "–"
    euros, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{euros:,}.{rest:02}".translate(_SIGNS[code or language()]) + NBSP + "€"


def round_money(cents: int, code: str | None = None) -> str:
    """Whole euros where there are no cents: ``5.000 €``."""
    return money(cents, code) if cents % 100 else number(cents // 100, 0, code) + NBSP + "€"


def percent(value: int | float | Decimal, places: int = 0, code: str | None = None) -> str:
    return number(value, places, code) + NBSP + "%"


def on_scale(value: int | float | Decimal, end: int | float | Decimal) -> str:
    """Where ``value`` stands between 0 and ``end``, and never beyond them, as pictures write it in every language."""
    return f"{100 * min(max(float(value), 0), float(end)) / float(end):.3f}%" if end else "0%"


def _day(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


def short_date(value: date | datetime | None, code: str | None = None) -> str:
    """``31.01.2027`` / ``31/01/2027``."""
    if not value:
        return "–"
    day, joint = _day(value), "." if (code or language()) == "de" else "/"
    return f"{day.day:02}{joint}{day.month:02}{joint}{day.year:04}"


def long_date(value: date | datetime | None, code: str | None = None) -> str:
    """``31. Januar 2027`` / ``31 janvier 2027`` (``1er`` where it is the first)."""
    if not value:
        return "–"
    day, locale = _day(value), _locale(code)
    if locale.language == "de":
        return format_date(day, f"d.'{NBSP}'MMMM yyyy", locale=locale)
    ordinal = f"1er{NBSP}" if day.day == 1 else f"{day.day}{NBSP}"
    return ordinal + format_date(day, "MMMM yyyy", locale=locale)


def period(start: date, end: date) -> str:
    """``10. bis 16. Mai 2027`` / ``du 10 au 16 mai 2027``; across months both days in full."""
    if start == end:
        return long_date(start)
    last = long_date(end)
    if (start.year, start.month) != (end.year, end.month):
        return str(gettext("%(start)s to %(end)s", start=long_date(start), end=last))
    if start.day == 1:
        return str(pgettext("period", "1st to %(last)s", last=last))
    return str(pgettext("period", "%(day)d to %(last)s", day=start.day, last=last))


def clock_time(value: datetime, code: str | None = None) -> str:
    """``21:47 Uhr`` / ``21 h 47``."""
    moment, locale = clock.local(value), _locale(code)
    pattern = "HH:mm" + f"'{NBSP}Uhr'" if locale.language == "de" else f"H'{NBSP}h{NBSP}'mm"
    return format_time(moment, pattern, tzinfo=clock.LOCAL, locale=locale)


def long_datetime(value: datetime | None, code: str | None = None) -> str:
    if not value:
        return "–"
    joint = ", " if _locale(code).language == "de" else " à "
    return long_date(value, code) + joint + clock_time(value, code)


FILTERS = {
    "money": money,
    "round_money": round_money,
    "number": number,
    "points": points,
    "percent": percent,
    "on_scale": on_scale,
    "date": short_date,
    "long_date": long_date,
    "time": clock_time,
    "datetime": long_datetime,
    "spoken": spoken,
}


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = LANGUAGES[0]
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    babel.domain_instance = catalogues
    babel.init_app(app, locale_selector=chosen)
    words.init_app(app, catalogues)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals |= {"language": language, "period": period}

    @app.after_request
    def remember(response: Response) -> Response:
        if request.args.get("lang") in LANGUAGES or _pressed() in LANGUAGES:
            secure = bool(app.config["SESSION_COOKIE_SECURE"])
            response.set_cookie(
                COOKIE,
                chosen(),
                max_age=365 * 86400,
                samesite="Lax",
                secure=secure,
                httponly=True,
            )
        response.headers.setdefault("Content-Language", chosen())
        return response
