"""Apps, passkeys and codes, as people have them in their hands."""

import html
import re
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient

from grantflow.accounts.models import Factor, FactorLoss, Person
from grantflow.accounts.states import FactorKind
from grantflow.kernel import clock
from grantflow.platform import sealing
from grantflow.platform.db import db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET) -> str:
    """What the app shows now."""
    return pyotp.TOTP(secret).at(clock.now())


def with_app(app: Flask, person: Person) -> Factor:
    """An app that ``person`` has had for long."""
    with app.app_context():
        sealed = sealing.seal(SECRET, "one-time codes")
        row = Factor(
            person_id=person.id,
            kind=FactorKind.APP,
            label="Diensttelefon",
            secret=sealed,
            last_step=0,
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.commit()
    return row


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(rf'name="{name}" type="hidden" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def key_of(page: str) -> str:
    """The key that a page shows to be typed into an app."""
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found
    return found[1].replace(" ", "")


def codes_of(page: str) -> list[str]:
    return re.findall(r'<code class="secret">([a-z2-9-]{19})</code>', page)


def set_up_app(client: FlaskClient, address: str, **more: str) -> Any:
    """Set up an app by its first code; the page's answer."""
    page = client.get(address).text
    data = {"sealed": hidden(page, "sealed"), "first_code": code(key_of(page)), **more}
    return client.post(address, data=data)


def reported(person: Person, reporter: Person) -> FactorLoss:
    """What ``reporter`` says of the second factor of ``person``, waiting for somebody else."""
    row = FactorLoss(person_id=person.id, reason="By telephone", reported_by=reporter.id, reported_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row
