"""What the reviewer's pages cost, however many files there are."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.kernel import clock
from grantflow.kernel.parties import Party
from grantflow.platform.db import db
from grantflow.review.models import Assignment
from tests.benchmarks.world import fill
from tests.counting import counted
from tests.given import Given

As = Callable[[Person], FlaskClient]


def test_the_form_costs_the_same_with_30_and_with_300_files(app: Flask, given: Given, as_: As) -> None:
    application, german, _ = given.in_review()
    given.review(application, german, submit=False)
    client = as_(german)
    found = {}
    for count, path in ((30, "/review/"), (300, "/review/")):
        with app.app_context():
            if count == 30:
                fill(db.session(), 300)
            taken = select(Assignment.application_id).where(Assignment.reviewer_id == german.id)
            more = db.session.scalars(
                select(Application.id)
                .where(Application.title.like("Projekt % an Rhein%"), Application.id.not_in(taken))
                .order_by(Application.id)
                .limit(count // 8 if count == 30 else 300)
            )
            for key in more.all():
                db.session.add(
                    Assignment(
                        application_id=key,
                        reviewer_id=german.id,
                        party=Party.DUESSELDORF,
                        assigned_by=german.id,
                        assigned_at=clock.now(),
                    )
                )
            db.session.commit()
        client.get("/review/")
        with counted() as form:
            assert client.get(f"/review/{application.id}").status_code == 200
        with counted() as queue:
            assert client.get(path).status_code == 200
        found[count] = (form.sql, queue.sql)
    assert found[30] == found[300]
    assert found[300][0] <= 10, "\n".join(s[-150:].replace("\n", " ") for s in form.statements)
    assert found[300][1] <= 8, queue.statements
