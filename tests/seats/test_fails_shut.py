"""Secrecy fails shut: what closes a file is a part of ``visible``, whatever else is imported."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from grantflow.applications.states import State
from grantflow.config import ROOT
from grantflow.kernel import clock
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from grantflow.seats.models import Seat, StandingConflict
from grantflow.seats.states import Conflict
from tests.given import Given

#: A process that knows of the applications' policy and of nothing above it says what an officer of Düsseldorf may see.
ALONE = """
import sys
from types import SimpleNamespace
from uuid import UUID
from grantflow.applications import policy
from grantflow.applications.models import Application
from grantflow.kernel.parties import Party, Role
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import dialect

assert not any(name.startswith(("grantflow.review", "grantflow.decisions")) for name in sys.modules)

officer = SimpleNamespace(id=UUID(sys.argv[1]), party=Party.DUESSELDORF, roles={Role.OFFICE})
query = select(Application.id).where(policy.visible(officer))
print(query.compile(dialect=dialect(), compile_kwargs={"literal_binds": True}))
"""


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.usefixtures("context")
def test_secrecy_fails_shut(given: Given) -> None:
    officer = given.staff(Role.OFFICE, Party.DUESSELDORF)
    declared, standing, free = (given.application(State.SUBMITTED) for _ in range(3))
    undone = given.application(State.ADMITTED)
    now = clock.now()
    common: dict[str, Any] = {
        "reviewer_id": officer.id,
        "party": Party.DUESSELDORF,
        "assigned_by": officer.id,
        "assigned_at": now,
    }
    db.session.add_all(
        [
            Seat(**common, application_id=declared.id, conflict=Conflict.DECLARED, declared_at=now),
            Seat(**common, application_id=undone.id, conflict=Conflict.UNDECLARED),
            StandingConflict(person_id=officer.id, organisation_id=standing.lead_id, since=now),
        ]
    )
    db.session.flush()
    command = [sys.executable, "-c", ALONE, str(officer.id)]
    alone = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    seen = set(db.session.scalars(text(alone.stdout)))
    assert free.id in seen
    assert not seen & {declared.id, standing.id, undone.id}
