"""Two windows of one reviewer: nothing is overwritten silently, nothing typed is lost, and nobody is asked in vain."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select

from grantflow.accounts.models import Person
from grantflow.kernel import clock
from grantflow.platform.db import db
from grantflow.review import service
from grantflow.review.models import Assessment, AssessmentChange
from tests.given import Given

As = Callable[[Person], FlaskClient]


class Window:
    """One window with the grid, as it was opened."""

    def __init__(self, client: FlaskClient, path: str) -> None:
        self.client, self.path = client, path
        self.read(client.get(path).text)

    def read(self, page: str) -> None:
        (form,) = (form for form in html.fromstring(page).forms if "seen" in form.fields)
        self.fields = {name: value.strip() for name, value in form.form_values()}
        # Beside the form, and of it all the same.
        beside = html.fromstring(page).xpath("//input[@type='hidden'][@form='page-form']")
        self.fields |= {field.get("name"): field.get("value") for field in beside}

    def save(self, action: str = "keep", **typed: str) -> Any:
        self.fields |= typed
        return self.client.post(self.path, data=self.fields | {"action": action})


@pytest.fixture
def windows(given: Given, as_: As) -> Callable[[], Window]:
    application, german, _ = given.in_review()
    given.declare(application, german)
    client = as_(german)
    return lambda: Window(client, f"/review/{application.id}")


def saved(app: Flask) -> tuple[Assessment, dict[int, str]]:
    with app.app_context():
        assessment = db.session.scalars(select(Assessment)).one()
        assert assessment.assignment  # read as long as there is a session
        return assessment, {score.criterion.position: score.comment for score in assessment.scores}


def test_what_only_one_window_changed_survives(app: Flask, windows: Callable[[], Window]) -> None:
    here, there = windows(), windows()
    six = {f"comment_{n}": f"hier {n}" for n in range(1, 7)}
    assert here.save(**six).status_code == 200
    answer = there.save("save", comment_7="dort 7", points_7="4")
    assert answer.status_code == 302
    assessment, comments = saved(app)
    assert comments == {n: f"hier {n}" if n < 7 else "dort 7" if n == 7 else "" for n in range(1, 12)}
    assert assessment.total == 4
    page = there.client.get(there.path).text
    assert "an anderer Stelle geändert wurde, seit Sie diese Seite geöffnet haben" in page


def test_both_comments_come_back_to_choose_from(app: Flask, windows: Callable[[], Window]) -> None:
    here, there = windows(), windows()
    here.save(comment_1="hier")
    assert there.save(comment_1="dort").status_code == 409  # nobody is there to choose: the page keeps its text
    answer = there.save("save")
    assert answer.status_code == 409
    assert saved(app)[1][1] == "hier"
    for text in ("hier", "dort", "Von Ihnen in einem anderen Fenster gespeichert", "Beides behalten, hintereinander"):
        assert text in answer.text
    there.read(answer.text)
    assert there.save("save").status_code == 409  # without a choice nothing is decided
    assert there.save("save", **{"choice.comment_1": "both"}).status_code == 302
    assert saved(app)[1][1] == "hier\n\ndort"


def test_a_choice_about_what_has_changed_again_does_not_count(app: Flask, windows: Callable[[], Window]) -> None:
    here, there = windows(), windows()
    here.save(comment_1="hier")
    there.read(there.save("save", comment_1="dort").text)
    here.save(comment_1="hier, anders")
    assert there.save("save", **{"choice.comment_1": "mine"}).status_code == 409
    assert saved(app)[1][1] == "hier, anders"


@pytest.mark.parametrize(
    ("again", "status"),
    [({"_language": "fr"}, 200), ({"recommended": "viel"}, 422)],
    ids=["other language", "an error"],
)
def test_what_is_to_be_chosen_stays_on_a_page_shown_for_another_reason(
    app: Flask, windows: Callable[[], Window], again: dict[str, str], status: int
) -> None:
    here, there = windows(), windows()
    here.save(comment_1="hier")
    there.read(there.save("save", comment_1="dort").text)
    shown = there.client.post(there.path, data=there.fields | {"action": "save", "choice.comment_1": "mine"} | again)
    assert shown.status_code == status
    assert html.fromstring(shown.text).xpath("//*[contains(@class, 'dispute__text')]/text()") == ["hier", "dort"]
    assert html.fromstring(shown.text).xpath("//input[starts-with(@name, 'choice.')][@checked]/@value") == ["mine"]
    assert saved(app)[1][1] == "hier"


def test_a_window_that_saves_by_itself_never_meets_itself(app: Flask, windows: Callable[[], Window]) -> None:
    here, there = windows(), windows()
    for text in ("a", "ab", "abc"):
        assert here.save(comment_1=text).status_code == 200
        assert there.save(comment_2=text).status_code == 200
    assert [saved(app)[1][n] for n in (1, 2)] == ["abc", "abc"]
    with app.app_context():  # one person's saves within ten minutes are one change
        assert db.session.scalar(select(func.count()).select_from(AssessmentChange)) == 1


def test_what_was_changed_elsewhere_is_not_submitted_unread(app: Flask, windows: Callable[[], Window]) -> None:
    here, there = windows(), windows()
    full = {f"points_{n}": "8" for n in range(1, 12)} | {f"comment_{n}": f"Grund {n}" for n in range(1, 12)}
    here.save(comment_1="hier")
    answer = there.save("submit", **full | {"comment_1": ""}, recommended="100", comment="Gut.")
    assert answer.status_code == 302
    assert not saved(app)[0].assignment.is_submitted
    again = windows()
    assert again.fields["comment_1"] == "hier"
    assert again.fields["comment_2"] == "Grund 2"
    assert again.save("submit").status_code == 302
    assert saved(app)[0].assignment.is_submitted


def test_a_save_after_submitting_loses_no_words(app: Flask, windows: Callable[[], Window]) -> None:
    here, there = windows(), windows()
    full = {f"points_{n}": "8" for n in range(1, 12)} | {f"comment_{n}": f"Grund {n}" for n in range(1, 12)}
    here.save("submit", **full, recommended="100", comment="Gut.")
    assert saved(app)[0].assignment.is_submitted
    answer = there.save("save", comment_3="Zu spät getippt")
    assert answer.status_code == 409
    assert "Zu spät getippt" in answer.text
    assert f'href="{there.path}"' in answer.text


def test_thirty_days_after_submitting_nobody_knows_how_it_came_about(app: Flask, windows: Callable[[], Window]) -> None:
    here = windows()
    full = {f"points_{n}": "8" for n in range(1, 12)} | {f"comment_{n}": f"Grund {n}" for n in range(1, 12)}
    here.save("submit", **full, recommended="100", comment="Gut.")
    with app.app_context():
        for days, kept in ((29, 1), (31, 0)):
            with clock.frozen(clock.now() + timedelta(days=days)):
                service.forget_changes()
            assert db.session.scalar(select(func.count()).select_from(AssessmentChange)) == kept
