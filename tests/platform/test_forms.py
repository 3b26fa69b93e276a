"""What forms do to everything that is typed."""

import pytest
from flask import Flask

from grantflow.platform import forms


class _Group(forms.Form):
    name = forms.Line("Name")
    people = forms.WholeField("People")
    summary = forms.Text("Summary", limit=3000)
    remark = forms.Text("Remark", printed=False)
    email = forms.Email("E-mail", limit=254)
    amount = forms.MoneyField("Amount")


def typed(app: Flask, language: str, **values: str) -> _Group:
    with app.test_request_context(f"/?lang={language}", method="POST", data=values):
        form = _Group(meta={"csrf": False})
        form.validate()
        for field in form:
            field.errors = [str(error) for error in field.errors]
        return form


class TestWholeNumbers:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("1000", 1000),
            ("1.000", 1000),
            ("1 000", 1000),
            ("1\u00a0000", 1000),
            ("1\u202f000", 1000),
            ("9.999.999", 9_999_999),
            ("0", 0),
            ("0000000014", 14),
            (" 14 ", 14),
            ("1’000", 1000),
            ("１４", 14),
            ("\u200b1\u2009000\ufeff", 1000),
        ],
    )
    def test_are_read_as_people_write_them(self, app: Flask, text: str, number: int) -> None:
        form = typed(app, "de", people=text)
        assert (form.people.data, form.people.errors) == (number, [])

    @pytest.mark.parametrize(
        "text", ["viele", "1.5", "1,5", "1.00", "10.00.000", "1.000 000", "²", "1²", "1②", "٣", "1e3", "--1"]
    )
    def test_anything_else_is_none(self, app: Flask, text: str) -> None:
        form = typed(app, "de", people=text)
        assert (form.people.data, form.people.errors) == (None, ["Bitte geben Sie eine ganze Zahl ein."])
        assert form.people._value() == text

    @pytest.mark.parametrize("text", ["10000000", "10.000.000", "-1", "\u22125", "9" * 5000])
    def test_out_of_range_says_the_range(self, app: Flask, text: str) -> None:
        assert typed(app, "de", people=text).people.errors == [
            "Bitte geben Sie eine Zahl zwischen 0 und 9.999.999 ein."
        ]
        assert typed(app, "fr", people=text).people.errors == [
            "Veuillez saisir un nombre entre 0 et 9\u202f999\u202f999."
        ]


class TestLongTexts:
    def test_what_is_too_long_is_kept_and_measured(self, app: Flask) -> None:
        """No ``maxlength``: browsers cut off what is pasted without a word."""
        form = typed(app, "de", summary="ä" * 3124)
        assert form.summary.errors == [
            "Dieser Text hat 3.124 Zeichen, möglich sind höchstens 3.000. Bitte kürzen Sie ihn."
        ]
        assert form.summary.data == "ä" * 3124
        with app.test_request_context("/?lang=fr"):
            assert "maxlength" not in form.summary()
            assert form.summary.reach == "3\u202f000 caractères au maximum."

    def test_line_ends_count_once_as_browsers_count_them(self, app: Flask) -> None:
        assert typed(app, "de", summary="x" * 1499 + "\r\n" + "x" * 1500).summary.errors == []


class TestWords:
    def test_come_in_their_canonical_form_before_anything_judges_them(self, app: Flask) -> None:
        form = typed(app, "de", name="\u200b\u202eZeile1\vZeile2\ufeff", summary=" e\u0301\r\n\x00\x85Der ﬁlm \n")
        assert (form.name.data, form.summary.data) == ("Zeile1 Zeile2", "é\n\nDer film")
        assert (form.name.errors, form.summary.errors) == ([], [])

    def test_nothing_to_see_is_nothing(self, app: Flask) -> None:
        class Needed(forms.Form):
            name = forms.Line("Name", [forms.required()])

        with app.test_request_context("/?lang=de", method="POST", data={"name": "\u2800\u3164\u200b"}):
            form = Needed(meta={"csrf": False})
            assert not form.validate()
            assert form.name.errors == ["Bitte füllen Sie dieses Feld aus."]

    def test_what_print_cannot_show_is_said_at_the_field_and_kept(self, app: Flask) -> None:
        """``Zeit → Raum ≠`` lost its symbols silently, or the file could be neither awarded nor rejected."""
        for language, words in {
            "de": "Diese Zeichen lassen sich nicht drucken: → 🎉. Bitte ersetzen Sie sie oder lassen Sie sie weg.",
            "fr": "Ces caractères ne peuvent pas être imprimés : → 🎉. Veuillez les remplacer ou les supprimer.",
        }.items():
            form = typed(app, language, name="Zeit → Raum 🎉", summary="→🎉\n→")
            assert form.name.errors == form.summary.errors == [words]
            assert form.name._value() == "Zeit → Raum 🎉"

    def test_what_no_letter_prints_may_hold_what_screens_show(self, app: Flask) -> None:
        assert typed(app, "de", remark="→ 🎉 שלום").remark.errors == []
        assert typed(app, "de", remark="broken \ufffd \ue000").remark.errors == [
            "Diese Zeichen lassen sich nicht drucken: \ufffd \ue000. Bitte ersetzen Sie sie oder lassen Sie sie weg."
        ]


class TestAddresses:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("x@verein-köln.de", "x@verein-köln.de"),
            ("Jo <Jo.Blum@Example.org>", "Jo.Blum@example.org"),
            ("mailto:x@\u200bexample.org ", "x@example.org"),
        ],
    )
    def test_keep_the_spelling_of_their_owner(self, app: Flask, text: str, kept: str) -> None:
        form = typed(app, "de", email=text)
        assert (form.email.data, form.email.errors) == (kept, [])

    @pytest.mark.parametrize("text", ["x", "x@", "@y.de", "a@b", "a b@c@d.de", "x@-y.de", "x@y..de"])
    def test_that_lead_nowhere_are_refused(self, app: Flask, text: str) -> None:
        assert typed(app, "de", email=text).email.errors == [
            "Bitte geben Sie eine E-Mail-Adresse wie name@example.org ein."
        ]

    def test_no_mail_server_takes_accents_before_the_sign(self, app: Flask) -> None:
        assert typed(app, "fr", email="hélène@exemple.fr").email.errors == [
            "Avant le @, une adresse électronique ne peut contenir que des lettres sans accent."
        ]


def test_an_amount_knows_whether_nothing_or_something_unreadable_was_typed(app: Flask) -> None:
    assert typed(app, "de", amount="\u200b").amount.is_blank
    form = typed(app, "de", amount="viel")
    assert (form.amount.is_blank, form.amount.data, form.amount._value()) == (False, None, "viel")
    assert form.amount.errors == ["Bitte geben Sie einen Betrag ein, zum Beispiel 1.234,56."]
