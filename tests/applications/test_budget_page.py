"""The budget's tables, in a test client."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from lxml import html

from grantflow.accounts.models import Person
from grantflow.applications.states import LineKind
from grantflow.kernel.money import eur
from tests.applications.filling import budget_form
from tests.conftest import opened
from tests.given import Given, written

As = Callable[[Person], FlaskClient]


class TestBudgetPage:
    def test_lines_come_and_go_without_being_saved(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        client, path = as_(by), f"/applications/{application.id}/budget"
        added = client.post(path, data={**budget_form(), "action": "add-costs"})
        assert added.status_code == 200
        assert 'name="costs-1-cents"' in added.text
        assert 'value="11.800,00"' in added.text
        form = {k: v for k, v in budget_form().items() if k != "action"}
        removed = client.post(path, data={**form, "remove": "costs-0"})
        assert removed.status_code == 200
        assert 'name="costs-0-cents"' not in removed.text
        assert [line.cents for line in written(given.reload(application.id)).lines if line.kind is LineKind.COST] == [
            line.cents for line in written(application).lines if line.kind is LineKind.COST
        ]

    def test_sums_follow_what_was_typed(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        path = f"/applications/{application.id}/budget"
        answer = as_(by).post(path, data={**budget_form(asked="9.600,00"), "action": "sums"})
        assert "Beantragen Sie höchstens 9.440,00\u00a0€." in answer.text
        assert "200,00\u00a0€" in answer.text

    def test_an_amount_that_cannot_be_read_says_so_beside_the_sums(self, given: Given, as_: As) -> None:
        """It counted 0 and nobody said so; and what saving reads, the sums read."""
        by = given.applicant()
        application = given.application(by=by)
        path = f"/applications/{application.id}/budget"
        typed = budget_form(costs="11.800,- EUR", asked="9 400,00 €", own="zweitausend")
        for wish in ({"action": "sums"}, {"action": "add-costs"}, {"action": "", "remove": "uses-0"}):
            answer = as_(by).post(path, data={**typed, **wish})
            assert answer.status_code == 200
            assert re.findall('class="kern-error" id="([^"]*)"', answer.text) == ["incomes-0-cents-error"]
            assert 'value="zweitausend"' in answer.text
            assert "11.800,00\u00a0€" in answer.text.partition('id="total-costs"')[2].partition("</")[0]
            assert "9.400,00\u00a0€" in answer.text.partition('id="total-income"')[2].partition("</")[0]
        typed["incomes-0-cents"] = "2.400,00"
        assert as_(by).post(path, data=typed | opened(as_(by), path)).status_code == 302
        assert written(given.reload(application.id)).eligible_cents == eur(11_800)

    @pytest.mark.parametrize(
        ("language", "line", "example"),
        [("de", "Einnahme 2, Betrag", "1.234,56"), ("fr", "Recette 2, montant", "1\u202f234,56")],
    )
    def test_an_error_names_its_line(self, given: Given, as_: As, language: str, line: str, example: str) -> None:
        by = given.applicant(language=language)
        application = given.application(by=by)
        second = {"incomes-1-type": "fees", "incomes-1-description": "", "incomes-1-cents": "hundert"}
        answer = as_(by).post(f"/applications/{application.id}/budget", data={**budget_form(), **second})
        assert answer.status_code == 422
        summary = answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]
        assert f'href="#incomes-1-cents">{line}' in summary
        assert example in summary
        assert f'for="incomes-1-cents">{line}<' in answer.text

    def test_lines_are_counted_as_they_stand(self, given: Given, as_: As) -> None:
        by = given.applicant()
        application = given.application(by=by)
        form = {k: v for k, v in budget_form().items() if k != "action"}
        more = {"costs-1-type": "stay", "costs-1-description": "Hostel", "costs-1-side": "french", "costs-1-cents": "5"}
        removed = (
            as_(by).post(f"/applications/{application.id}/budget", data={**form, **more, "remove": "costs-0"}).text
        )
        assert 'for="costs-1-cents">Ausgabe 1, Betrag<' in removed
        assert "Ausgabe 2" not in removed

    @pytest.mark.parametrize(
        ("pressed", "focused"),
        [
            ({"action": "add-costs"}, "costs-2-type"),
            ({"action": "add-uses"}, "uses-1-type"),
            ({"remove": "costs-0"}, "costs-1-type"),
            ({"remove": "costs-1"}, "costs-0-type"),
            ({"remove": "incomes-0"}, "action=add-incomes"),
            ({"action": "sums"}, "action=sums"),
        ],
    )
    def test_the_page_goes_on_where_a_line_was_added_or_removed(
        self, given: Given, as_: As, pressed: dict[str, str], focused: str
    ) -> None:
        by = given.applicant()
        application = given.application(by=by)
        form = {k: v for k, v in budget_form().items() if k != "action"}
        more = {"costs-1-type": "stay", "costs-1-description": "Hostel", "costs-1-side": "french", "costs-1-cents": "5"}
        page = html.fromstring(
            as_(by).post(f"/applications/{application.id}/budget", data={**form, **more, **pressed}).text
        )
        [found] = page.xpath("//*[@autofocus]")
        name, _, value = focused.partition("=")
        assert found.get("name") == name
        assert found.get("value", "") == value
        # What lies in a closed part could not take it.
        assert all(part.get("open") is not None for part in found.iterancestors("details"))

    @pytest.mark.parametrize("action", ["add-", "add-costs-0", "add-__class__", "add-csrf_token"])
    def test_unknown_tables_are_nobodys(self, given: Given, as_: As, action: str) -> None:
        by = given.applicant()
        application = given.application(by=by)
        answer = as_(by).post(f"/applications/{application.id}/budget", data={**budget_form(), "action": action})
        assert answer.status_code == 200
