"""What people send to the pages of accounts."""

import html
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from grantflow.accounts.models import Person
from tests.given import PASSWORD

As = Callable[[Person], FlaskClient]
OTHER = "sieben stille Linden am Weg"


def registration(email: str = "lea.morel@example.org", **changes: str) -> dict[str, str]:
    return {
        "given_name": "Léa",
        "family_name": "Morel",
        "email": email,
        "password": PASSWORD,
        "address": "ms",
        "language": "fr",
        "phone": "",
        **changes,
    }


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def text(reply: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", reply.get_data(as_text=True)))
