"""The fund of the demo: that of the starting file, its call moved so that it is open today, released by the demo's
people through the same door as everybody's."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from grantflow.accounts.models import Person
from grantflow.calls.documents import CallDocument, CategoryDocument, FundDocument, Guideline, Titled
from grantflow.fundfile import rules as files
from grantflow.fundfile import service as fundfile
from grantflow.kernel.clock import DAY
from grantflow.releases import rules
from grantflow.releases import service as releases
from grantflow.releases.models import Edition
from grantflow.releases.states import EditionState

MIDNIGHT, LAST_MINUTE = time(0, 0), time(23, 59)


def starting_fund() -> FundDocument:
    document, _, _ = files.check(fundfile.STARTING_FILE.read_bytes())
    if document is None:
        raise ValueError("the starting file has mistakes")
    return document


def moved(fund: FundDocument, today: date) -> FundDocument:
    """The fund with its call open for up to 120 days by now and up to ten weeks more, within one agreement (D2)."""
    key, agreement = next((key, its) for key, its in fund.agreements.items() if today <= its.valid_to)
    opens = max(today - 120 * DAY, agreement.valid_from)
    closes = min(today + 70 * DAY, agreement.valid_to)
    [call] = fund.calls.values()
    return fund.model_copy(update={"calls": {f"{closes.year % 100}-1": _moved(call, key, opens, closes)}})


def _moved(call: CallDocument, agreement: str, opens: date, closes: date) -> CallDocument:
    was, year = str(call.closes_at.year), str(closes.year)
    return call.model_copy(
        update={
            "agreement": agreement,
            "title": Titled(de=call.title.de.replace(was, year), fr=call.title.fr.replace(was, year)),
            "opens_at": datetime.combine(opens, MIDNIGHT),
            "closes_at": datetime.combine(closes, LAST_MINUTE),
            "guideline": Guideline(version=call.guideline.version, dated=opens - timedelta(days=30)),
            "categories": tuple(_between(category, opens, closes) for category in call.categories),
        }
    )


def _between(category: CategoryDocument, opens: date, closes: date) -> CategoryDocument:
    """Days of its own that lie within the call, in whichever year, else the last day of the call."""
    years = range(opens.year, closes.year + 1)
    days = [instant.date().replace(year=year) for year in years for instant in category.closings]
    within = [day for day in days if opens < day <= closes] or [closes]
    closings = tuple(datetime.combine(day, LAST_MINUTE) for day in within)
    return category.model_copy(update={"closings": closings}) if category.closings else category


def release(fund: FundDocument, staff: Sequence[Person]) -> None:
    """Import the fund, and let whoever's keys it takes turn them."""
    for edition in fundfile.take_in(fund, fundfile.plan(fund)):
        while edition.state is EditionState.DRAFT:
            _turn_one(edition, staff)


def _turn_one(edition: Edition, staff: Sequence[Person]) -> None:
    turned = releases.turned_keys(edition)
    wanted = rules.missing(releases.needs(edition), turned)
    signed = {key.person_id for key in turned}
    person = next(
        person
        for person in staff
        if person.id not in signed and rules.fits(wanted[0], person.party, frozenset(person.roles))
    )
    releases.turn_key(edition, digest=releases.fingerprint(edition), by=person)
