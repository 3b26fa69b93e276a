"""A census of forms: whatever offers a choice refuses what it does not offer, in its own words, and never crashes."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField
from wtforms.fields.core import UnboundField

from grantflow.config import ROOT

MODULES = sorted([*ROOT.glob("grantflow/*/forms.py"), *ROOT.glob("grantflow/*/forms/*.py")])


def forms() -> list[type[Form]]:
    found: list[type[Form]] = []
    for path in MODULES:
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        own = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Form))
        found += [form for form in own if form.__module__ == module.__name__]
    return found


def choices() -> Iterator[Any]:
    for form in forms():
        for name in dir(form):
            field = getattr(form, name)
            if isinstance(field, UnboundField) and issubclass(field.field_class, SelectField):
                yield pytest.param(form, name, id=f"{form.__name__}.{name}")


@pytest.mark.parametrize(("form", "name"), list(choices()))
@pytest.mark.parametrize("odd", ["no-such-choice", "x", "None", "0", "-1", "\u202e", "9" * 5000])
def test_what_is_not_offered_is_refused_at_the_field(shared_app: Flask, form: type[Form], name: str, odd: str) -> None:
    with shared_app.test_request_context("/?lang=de", method="POST", data={name: odd}):
        made = form(formdata=MultiDict({name: odd}))
        field: Any = made[name]
        for its in made:
            if isinstance(its, SelectField) and its.choices is None:  # which ones is the view's question
                its.choices = [("offered", "Offered")]
        assert not made.validate()
        assert [str(error) for error in field.errors] == ["Bitte wählen Sie eine der angebotenen Antworten."]


def test_the_census_sees_the_forms() -> None:
    assert len(forms()) > 25
    assert len(list(choices())) > 20
