"""Words of pages: the same as Flask-Babel's, in the language in force, prepared once."""

from decimal import Decimal
from random import Random

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, render_template_string, url_for
from flask_babel import gettext as babel_gettext
from flask_babel import lazy_gettext

from grantflow.kernel import clock
from grantflow.platform import locale, words
from grantflow.platform.http import url_pattern

LOCALES = {"de": "de_DE", "fr": "fr_FR"}
DICE = Random(6)
CENTS = [*range(-1_100, 1_100, 7), 99_999, 100_000, -100_000, *(DICE.randrange(-(10**14), 10**14) for _ in range(300))]


@pytest.mark.parametrize("code", LOCALES)
def test_amounts_and_numbers_are_written_as_babel_writes_them(code: str) -> None:
    for cents in CENTS:
        exact = Decimal(cents) / 100
        written = format_decimal(exact, format="#,##0.00", locale=LOCALES[code])
        assert locale.money(cents, code) == f"{written}\u00a0€"
        assert locale.number(cents, 0, code) == format_decimal(cents, format="#,##0", locale=LOCALES[code])
        for value in (exact, float(exact)):
            assert locale.number(value, 1, code) == format_decimal(value, format="#,##0.0", locale=LOCALES[code])


@pytest.mark.parametrize(("code", "pattern"), [("de", "dd.MM.yyyy"), ("fr", "dd/MM/yyyy")])
def test_days_are_written_as_babel_writes_them(code: str, pattern: str) -> None:
    for day in (clock.today().replace(month=month, day=day) for month in range(1, 13) for day in (1, 9, 28)):
        assert locale.short_date(day, code) == format_date(day, pattern, locale=LOCALES[code])


def said(template: str, **facts: object) -> str:
    return render_template_string(template, **facts)


def test_a_sentence_follows_the_language_in_force_and_comes_back_to_it(app: Flask) -> None:
    lazy = lazy_gettext("Applications")
    with app.test_request_context("/?lang=de"):
        for code, word in (("fr", "Demandes"), ("de", "Anträge"), ("fr", "Demandes")):
            with locale.use(code):
                with locale.use("de"):
                    assert said("{{ _('Applications') }}") == "Anträge"
                assert said("{{ _('Applications') }}") == word == str(lazy) == babel_gettext("Applications")
        assert said("{{ _('Applications') }}") == "Anträge"


def test_facts_are_escaped_sentences_are_not_and_percent_signs_are_single(app: Flask) -> None:
    with app.test_request_context("/?lang=de"):
        assert said("{{ _('with %(partner)s', partner=name) }}", name="<b>") == "mit &lt;b&gt;"
        assert said("{{ _('no message of ours: 5 %% <i>') }}") == "no message of ours: 5 % <i>"
        assert said("{{ ngettext('%(num)d file on this page', '%(num)d files on this page', 2) }}").startswith("2 ")


def test_a_text_mail_says_what_people_wrote_as_they_wrote_it(app: Flask) -> None:
    with app.test_request_context("/?lang=de"):
        text = app.jinja_env.from_string(
            "{% autoescape false %}{{ _('with %(partner)s', partner=name) }}{% endautoescape %}"
        )
        assert text.render(name="R & D") == "mit R & D"


def test_addresses_that_never_change_are_those_of_flask(app: Flask) -> None:
    for root in ("", "/fund"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            for _again in range(2):
                assert url_for("applications.staff_list") == f"{root}/staff/applications"
                assert url_for("static", filename="css/print.css") == f"{root}/static/css/print.css"
            assert url_for("applications.staff_list", state="draft") == f"{root}/staff/applications?state=draft"
            key = "6f1ed002-ab59-4b9d-8a8a-6bb8a2d3f5c1"
            assert url_pattern("dashboard.file", "id")(key) == url_for("dashboard.file", id=key)


def test_what_is_drawn_once_is_drawn_for_each_argument(app: Flask) -> None:
    with app.test_request_context("/?lang=de"):
        page = said(
            "{% from 'components/badges.html' import badge %}{{ badge(label, 'ok') }}{{ badge(other, 'ok') }}",
            label="<Zugesagt>",
            other="Abgelehnt",
        )
    assert "&lt;Zugesagt&gt;" in page
    assert "Abgelehnt" in page
    assert words.drawn(str.upper, {1: ("a",), 2: ("b",)}) == {1: "A", 2: "B"}


def test_the_third_review_has_a_name_in_each_language(app: Flask) -> None:
    """What is drawn once is drawn for both languages: the French comparison had a column „Dritte Bewertung“."""
    template = "{% from 'components/sides.html' import side %}{{ side('third') }}"
    for code, name in (("de", "Dritte Bewertung"), ("fr", "Troisième évaluation"), ("de", "Dritte Bewertung")):
        with app.test_request_context("/"), locale.use(code):
            assert name in said(template)
