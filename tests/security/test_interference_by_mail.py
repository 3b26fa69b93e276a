"""T13 beyond pages: what a person must not see sends them no message, and changes no word of those they get."""

import pytest
from sqlalchemy import select

from grantflow.notifications.models import Message
from grantflow.notifications.service.composing import compose
from grantflow.platform.db import db

from .test_interference import BLIND, Change, a_proposal_is_made, address_of
from .world import World


def mails(world: World, email: str | None) -> list[tuple[str, str, str]]:
    """Subject, text and HTML of every message to ``email``."""
    with world.app.app_context():
        found = db.session.scalars(select(Message).where(Message.email == email).order_by(Message.key)).all()
        made = [compose(message) for message in found]
        db.session.expunge_all()
    return [(mail.subject, mail.text, mail.html) for mail in made]


@pytest.mark.parametrize("change", BLIND, ids=lambda change: change.__name__)
def test_nobody_else_hears_of_it(world: World, change: Change) -> None:
    readers = {who: email for who in BLIND[change] if (email := address_of(world, who))}
    with world.undone() as connection:
        before = {who: mails(world, email) for who, email in readers.items()}
        change(world, connection)
        after = {who: mails(world, email) for who, email in readers.items()}
    assert after == before


@pytest.mark.parametrize("change", [a_proposal_is_made], ids=lambda change: change.__name__)
def test_the_ear_is_sharp(world: World, change: Change) -> None:
    """Those who may know do hear of it."""
    with world.undone() as connection:
        before = mails(world, world.people["signatory T"])
        change(world, connection)
        assert len(mails(world, world.people["signatory T"])) > len(before)
