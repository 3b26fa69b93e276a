"""Money is not offered twice: what open proposals of other files hold is left out everywhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from grantflow.accounts.models import Person
from grantflow.applications.models import Application
from grantflow.applications.states import State
from grantflow.decisions import queries, service
from grantflow.decisions.forms import proposal_form, split_of
from grantflow.decisions.queries import Draft, Edge, Ranking
from grantflow.decisions.queries.ranks import Ranked
from grantflow.decisions.rules import Unsound
from grantflow.kernel import clock
from grantflow.kernel.money import eur
from grantflow.kernel.parties import Party, Role, Side
from grantflow.platform.db import db
from grantflow.review.models import Assignment
from grantflow.seats.states import Conflict
from tests.given import Given

As = Callable[[Person], FlaskClient]
D, T, M = Party
HELD = {D: eur(45_000), T: eur(4_000), M: eur(1_000)}


def large(given: Given) -> Application:
    return given.assessed(10, 10, asks=eur(50_000), costs=eur(80_000))


def draft_of(given: Given, file: Application) -> Draft:
    found = queries.draft(given.office(Side.GERMAN), file.id)
    assert found
    return found


def test_an_open_proposal_holds_its_money_until_it_is_decided_or_sent_back(app: Flask, given: Given) -> None:
    with app.app_context():
        first, second = large(given), large(given)
        assert draft_of(given, second).basis.free == {D: eur(60_000), T: eur(36_000), M: eur(24_000)}
        proposal = given.proposed(first, shares=HELD)
        left = {D: eur(15_000), T: eur(32_000), M: eur(23_000)}
        assert draft_of(given, second).basis.free == left
        # It may be changed within what it holds itself.
        assert draft_of(given, first).basis.free == {D: eur(60_000), T: eur(36_000), M: eur(24_000)}
        service.send_back(proposal, "Noch einmal.", by=given.signatory(T))
        assert draft_of(given, second).basis.free[D] == eur(60_000)
        given.decided(given.proposed(first, shares=HELD))
        assert draft_of(given, second).basis.free == left


def test_suggestion_and_split_keep_within_what_is_free(app: Flask, given: Given) -> None:
    with app.app_context():
        for shares in (HELD, {D: eur(14_000), T: eur(31_000), M: eur(5_000)}):
            given.proposed(large(given), shares=shares)
        draft = draft_of(given, large(given))
        form = proposal_form(draft)
        assert form.award.data == eur(20_000)
        assert split_of(draft, eur(50_000)) == draft.basis.free == {D: eur(1_000), T: eur(1_000), M: eur(18_000)}


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("de", "reservieren 45.000,00\u00a0€ der Mittel dieser Förderstelle"),
        ("fr", "réservent 45\u202f000,00\u00a0€ des crédits"),
    ],
)
def test_what_another_proposal_holds_is_refused_when_proposed(
    app: Flask, given: Given, as_: As, language: str, says: str
) -> None:
    """Not at its last key, when one city has signed already."""
    first, second = large(given), large(given)
    given.proposed(first, shares=HELD)
    with app.app_context(), pytest.raises(Unsound) as refused:
        given.proposed(second, shares={D: eur(15_001), T: eur(32_000), M: eur(2_999)})
    assert [(reason.key, reason.step) for reason in refused.value.reasons] == [
        ("reserved_by_proposals", "share_duesseldorf")
    ]
    sent = {
        "seen": "0",
        "outcome": "award",
        "award": "50.000,00",
        "action": "propose",
        "share_duesseldorf": "45.000,00",
        "share_toulouse": "4.000,00",
        "share_metropole": "1.000,00",
    }
    answer = as_(given.office(Side.GERMAN)).post(f"/decisions/files/{second.id}?lang={language}", data=sent)
    assert answer.status_code == 422
    assert says in answer.text


def test_taking_over_changed_facts_takes_no_money_of_others(app: Flask, given: Given) -> None:
    with app.app_context():
        first = given.proposed(large(given), shares=HELD)
        given.proposed(large(given), shares={D: eur(15_000), T: eur(32_000), M: eur(3_000)})
        first.application.lead.street = "Neue Straße 2"
        service.renew(first, by=given.office(Side.GERMAN))
        assert first.version > 1


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("de", "50.000,00\u00a0€, reserviert seit {day:%d.%m.%Y} (3 Tagen) von Clara Halter"),
        ("fr", "50\u202f000,00\u00a0€, réservés depuis le {day:%d/%m/%Y} (3 jours) par Clara Halter"),
    ],
)
def test_each_reservation_shows_its_file_its_age_and_its_holder(
    app: Flask, given: Given, as_: As, language: str, says: str
) -> None:
    """Beside the form, and in the ranking at its file."""
    file, holder = large(given), given.staff(Role.OFFICE, D, name="Clara Halter")
    day = clock.now() - timedelta(days=3)
    with clock.frozen(day):
        given.proposed(file, shares=HELD, by=holder)
    own, said = large(given), says.format(day=clock.local(day))
    page = as_(given.office(Side.GERMAN)).get(f"/decisions/files/{own.id}?lang={language}").text
    assert file.title in page
    assert said in " ".join(html.fromstring(page).text_content().split(" "))
    ranking = as_(given.signatory(T)).get(f"/decisions/ranking?lang={language}").text
    assert said.split(", ")[1] in ranking


def test_whoever_is_excluded_from_a_file_does_not_see_who_holds_its_money(app: Flask, given: Given, as_: As) -> None:
    file, own, closed = large(given), large(given), given.office(Side.GERMAN)
    given.proposed(file, shares=HELD, by=given.staff(Role.OFFICE, D, name="Clara Halter"))
    page = as_(given.office(Side.GERMAN)).get(f"/decisions/files/{own.id}").text
    assert (file.title in page, "Clara Halter" in page) == (True, True)
    with app.app_context():
        refused = {"application_id": file.id, "reviewer_id": closed.id, "party": D, "assigned_by": closed.id}
        declared = {"conflict": Conflict.DECLARED, "assigned_at": clock.now(), "declared_at": clock.now()}
        db.session.add(Assignment(**refused, **declared))
        db.session.commit()
    page = as_(closed).get(f"/decisions/files/{own.id}").text
    assert (file.title in page, "Clara Halter" in page) == (False, False)


def test_the_bars_say_what_they_show(app: Flask, given: Given, as_: As) -> None:
    file = large(given)
    given.decided(given.proposed(large(given), shares=HELD))
    given.proposed(large(given), shares={D: eur(10_000), T: eur(20_000), M: eur(20_000)})
    for path in (f"/decisions/files/{file.id}", "/decisions/ranking"):
        page = html.fromstring(as_(given.office(Side.GERMAN)).get(f"{path}?lang=de").text)
        words = [its.text_content().replace("\xa0", " ") for its in page.find_class("funders__sum")]
        assert words == ["5.000 € von 60.000 € frei", "12.000 € von 36.000 € frei", "3.000 € von 24.000 € frei"]
        assert "Gefüllt: gebunden. Schraffiert: von offenen Vorschlägen reserviert." in page.text_content()


# --- how far the money reaches ---------------------------------------------------------------------


def row(rank: int, state: State, claims: int = 0, *, fits: bool = True) -> Ranked:
    blank: dict[str, Any] = dict.fromkeys(Ranked.__dataclass_fields__)
    points = Decimal(100 - rank)
    return Ranked(
        **{
            **blank,
            "rank": rank,
            "application_id": UUID(int=rank),
            "state": state,
            "score": points,
            "threshold": 0,
            "claims": claims,
            "fits": fits,
            "total": 0,
        }
    )


def ranked(*rows: Ranked, last: int | None = None, after: Edge | None = None) -> Ranking:
    blank: dict[str, Any] = dict.fromkeys(Ranking.__dataclass_fields__)
    holder = (Decimal(100 - last), UUID(int=last)) if last else None
    return Ranking(**{**blank, "rows": list(rows), "pots": [], "last_holder": holder, "after": after, "more": True})


OPEN, BEYOND = row(1, State.ASSESSED, 5), row(2, State.ASSESSED, 5, fits=False)


def test_the_line_stands_above_the_first_file_the_money_does_not_reach() -> None:
    cut = ranked(OPEN, BEYOND, row(3, State.ASSESSED, 1, fits=False)).cut
    assert cut
    assert cut.rank == 2
    assert ranked(OPEN).cut is None


def test_the_line_never_runs_above_a_row_that_is_awarded() -> None:
    """Nor above a proposed one: its money is held. It moves below, to the next file that goes without."""
    rows = (OPEN, BEYOND, row(3, State.AWARDED, fits=False), row(4, State.ASSESSED, 1, fits=False))
    page = ranked(*rows, last=3)
    assert page.cut
    assert page.cut.rank == 4
    assert [r.rank for r in rows if r.is_beyond] == [2, 4]
    assert ranked(*rows[:3], last=3).cut is None


def test_the_line_stands_once_over_all_pages() -> None:
    first = ranked(OPEN, BEYOND, last=60)
    assert first.cut is None
    assert first.next
    assert (first.next.fits, first.next.cut) == (False, False)
    second = ranked(row(61, State.ASSESSED, 1, fits=False), last=60, after=Edge.read(str(first.next)))
    assert second.cut
    assert second.next
    assert second.next.cut
    assert ranked(replace(BEYOND, rank=99), after=second.next).cut is None


def test_awards_and_proposals_hold_their_money_before_any_rank(app: Flask, given: Given) -> None:
    with app.app_context():
        best, second, third = (given.assessed(p, p, asks=eur(50_000), costs=eur(80_000)) for p in (10, 9, 9))
        for file in (second, third):
            given.proposed(file, shares={D: eur(20_000), T: eur(18_000), M: eur(12_000)})
        found = queries.ranking(given.office(Side.GERMAN))
        assert found
        assert [(r.application_id == best.id, r.is_beyond) for r in found.rows] == [
            (True, True),
            (False, False),
            (False, False),
        ]
        assert found.cut is None
        assert found.last_holder
        assert found.last_holder[1] in {second.id, third.id}
        assert {pot.party: pot.free for pot in found.pots} == {D: eur(20_000), T: 0, M: 0}
