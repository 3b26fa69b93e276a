"""Who is told of an edition: those whose keys are missing, and, once it holds, everybody whose key it took."""

from typing import Any

from grantflow.accounts import queries as accounts
from grantflow.accounts.models import Person
from grantflow.kernel import clock
from grantflow.notifications import service as notifications
from grantflow.platform import locale

from .. import rules
from ..kinds import KINDS
from ..models import Edition
from .checking import needs, turned_keys


def ask_for_keys(edition: Edition) -> None:
    """Everybody who could turn a key that is missing, once for each revision."""
    turned = turned_keys(edition)
    done = {key.person_id for key in turned}
    for wanted in rules.missing(needs(edition), turned):
        for person in accounts.in_office(wanted.parties, wanted.roles):
            if person.id not in done:
                _send("edition_to_sign", edition, person, f":{edition.revision}")


def tell_it_holds(edition: Edition) -> None:
    people = {key.person_id: key.person for key in edition.keys}
    if edition.author:
        people.setdefault(edition.author.id, edition.author)
    for person in people.values():
        _send("edition_in_force", edition, person, valid_from=edition.valid_from or clock.today())


def _send(kind: str, edition: Edition, person: Person, suffix: str = "", **facts: Any) -> None:
    with locale.use(person.language):
        title = KINDS[edition.kind].title(edition.key)
    notifications.send(
        kind,
        to=person,
        key=f"{kind}:{edition.id}{suffix}:{person.id}",
        title=title,
        title_language=person.language,
        edition_id=str(edition.id),
        **facts,
    )
