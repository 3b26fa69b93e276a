"""What waits for what: real commits, several sessions."""

from flask import Flask
from sqlalchemy import text

from grantflow.applications import service as applications
from grantflow.applications.states import StepName
from grantflow.calls.models import Call
from grantflow.organisations.models import Organisation
from grantflow.platform.db import db
from tests.given import Given, written


def test_a_draft_does_not_wait_behind_a_sending_in_the_same_call(real: Flask) -> None:
    """The call is held while a number is drawn; whoever only refers to it begins and saves a draft meanwhile."""
    given = Given(real)
    sending, draft_by = given.application(), given.applicant()
    organisation, call = given.organisation(draft_by), given.call()
    answers = {"participants_german": 3, "participants_french": 4, "volunteers": 1, "volunteer_hours": 2}
    rest = {"who_works": "", "mostly_minors": False, "is_school_trip": False}
    with real.app_context():
        file = db.session.get_one(type(sending), sending.id)
        applications.submit(file, by=file.contact)
        with real.app_context():
            db.session.execute(text("SET LOCAL lock_timeout = '200ms'"))
            its = db.session.get_one(Organisation, organisation.id)
            draft = applications.start(db.session.get_one(Call, call.id), its, by=draft_by, language="de")
            applications.save_answers(draft, StepName.PEOPLE, answers | rest, by=draft_by)
            db.session.commit()
        db.session.commit()
    assert given.reload(sending.id).number
    assert written(given.reload(draft.id)).participants_french == 4
