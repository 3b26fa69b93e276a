"""The ranking shows what is decided on: both scores and their mean, the minimum, what is asked and recommended."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Side
from grantflow.platform.db import db
from grantflow.review.models import Standing
from tests.given import Given

As = Callable[[Person], FlaskClient]


@pytest.mark.parametrize("side", Side)
def test_a_file_in_the_ranking_shows_its_figures(app: Flask, given: Given, as_: As, side: Side) -> None:
    file, german, french = given.in_review(title="Zahlenwerk", asks=eur(9_402), costs=eur(11_800))
    given.review(file, german, 9, recommended=eur(8_113))
    given.review(file, french, 8, recommended=eur(8_113))
    with app.app_context():
        standing = db.session.scalars(select(Standing).where(Standing.application_id == file.id)).one()
        assert (standing.score, standing.recommended_cents) == (pytest.approx(93.5), eur(8_113))
    page = html.fromstring(as_(given.office(side)).get("/decisions/ranking?lang=de").get_data())
    (row,) = [row for row in page.iter("tr", "li", "article") if "Zahlenwerk" in row.text_content()]
    words = re.sub(r"\s+", " ", row.text_content())
    for figure in ("99", "88", "93,5", "9.402,00", "8.113,00"):
        assert figure in words, (figure, words)
    assert re.search(r"\b50\b", words), words  # the minimum of its category
