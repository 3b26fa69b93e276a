"""What an application costs the database, from the draft to the sending, however many there are."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from grantflow.accounts.models import Person
from grantflow.applications import rules
from grantflow.calls.models import Call
from grantflow.kernel import clock
from grantflow.organisations.models import Organisation
from tests.applications.filling import PEOPLE, PROJECT, budget_form, dates_form, partner_form
from tests.counting import counted
from tests.crowd import many
from tests.given import Given


def filing(client: FlaskClient, call: Call, organisation: Organisation) -> Iterator[Callable[[], Any]]:
    """Every form of one application, as requests to be sent one after the other."""
    answers: list[Any] = []

    def post(path: str, **form: Any) -> Callable[[], Any]:
        def send() -> Any:
            answers.append(client.post(path, data=form))
            assert answers[-1].status_code == 302, (path, answers[-1].status)
            return answers[-1]

        return send

    yield post("/applications/new", call=call.code, organisation=str(organisation.id))
    base = answers[-1].location.removesuffix("/organisation")
    codes = [code.value for code in rules.required_declarations(organisation.kind, organisation.country)]
    steps: dict[str, dict[str, Any]] = {
        "partner": partner_form(),
        "project": {**PROJECT, "title": f"Projekt {uuid4().hex}"},
        "people": PEOPLE,
        "dates": dates_form(),
        "budget": budget_form(),
        "declarations": {"codes": codes, "channel": "post"},
    }
    for revision, (step, form) in enumerate(steps.items()):
        yield post(f"{base}/{step}", **{"action": "next", **form}, seen=f"1.{revision}.tab")
    yield post(f"{base}/check", seen=f"1.{len(steps)}.tab")
    assert answers[-1].location == f"{base}/receipt"


def test_from_the_draft_to_the_sending_costs_so_many_statements_among_30_and_300(
    given: Given, as_: Callable[[Person], FlaskClient]
) -> None:
    by = given.applicant()
    organisation, call, client = given.organisation(by), given.call(), as_(by)
    costs = []
    with clock.frozen(clock.now()):  # "last seen" is noted once a minute, by a statement of its own
        for more in (30, 270):
            many(given, more)
            with counted() as cost:
                for send in filing(client, call, organisation):
                    send()
            costs.append((cost.sql, cost.rows))
    assert costs[0] == costs[1]
    # Each form that writes asks once, by one statement, whether its sender still may and what is saved by now, to be
    # merged into; the sending enters the partner and both parts (five statements).
    assert costs[1][0] <= 60, "\n".join(cost.statements)
