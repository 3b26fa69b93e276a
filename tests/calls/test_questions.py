"""What a call asks, and what it may not leave unasked."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from grantflow.accounts.models import Person
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from tests.given import Given

#: SET CONSTRAINTS looks now at what is otherwise looked at when the transaction ends.
END = text("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM question WHERE code = 'environment'",
        "DELETE FROM question_criterion i USING criterion c WHERE i.criterion_id = c.id AND c.position = 11",
        "UPDATE question SET asked_from = 2, required_from = 2 WHERE code = 'environment'",
        "INSERT INTO criterion (id, call_id, code, position, title_de, title_fr, question_de, question_fr,"
        " zero_de, zero_fr, five_de, five_fr, ten_de, ten_fr, weight)"
        " SELECT gen_random_uuid(), id, 'more', 12, '', '', '', '', '', '', '', '', '', '', 1 FROM call",
    ],
    ids=["question", "link", "depth", "criterion"],
)
def test_a_call_in_which_a_criterion_has_no_question_cannot_open(app: Flask, given: Given, statement: str) -> None:
    """Whatever row it is missing for, and whoever writes: the database takes no such call."""
    given.call()
    with app.app_context():
        db.session.execute(text(statement))
        with pytest.raises(DBAPIError, match=r"no question asks for what is scored: call \S+, criterion 1[12]"):
            db.session.execute(END)
        db.session.rollback()


def test_the_demo_call_has_a_question_for_each_of_its_eleven_criteria(app: Flask, given: Given) -> None:
    given.call()
    with app.app_context():
        db.session.execute(END)
        asked = db.session.execute(
            text("SELECT count(DISTINCT criterion_id), count(DISTINCT question_id) FROM question_criterion")
        ).one()
        short = text("SELECT count(*) FROM question WHERE required_from = 1")
        assert tuple(asked) == (11, 11)
        # Short for the smallest grants: the narrative, who can take part, and how it becomes known.
        assert db.session.scalar(short) == 6


@pytest.mark.parametrize(
    ("language", "question", "from_two"),
    [
        ("de", "Wer kann mitmachen?", "ab Kategorie 2"),
        ("fr", "Qui peut participer\u202f?", "à partir de la catégorie 2"),
    ],
)
def test_applicants_and_administrators_read_what_is_asked_for_each_criterion(
    client: FlaskClient, given: Given, as_: Callable[[Person], FlaskClient], language: str, question: str, from_two: str
) -> None:
    call = given.call()
    administrator = as_(given.staff(Role.ADMINISTRATOR, party=Party.DUESSELDORF))

    assert question in client.get(f"/calls/{call.code}?lang={language}").text
    rules = administrator.get(f"/admin/calls/{call.code}?lang={language}").text
    assert question in rules
    assert from_two in rules
