"""In whatever order things happen to a file: nothing typed is lost, nothing sealed changes, nothing unsent is read."""

import json
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from grantflow.applications import queries, service
from grantflow.applications.models import Application, Version
from grantflow.applications.states import EDITABLE, State, StepName
from grantflow.kernel import canonical, clock
from grantflow.kernel.parties import Side
from grantflow.platform.db import db
from tests.given import Given


def test_nothing_typed_is_lost_nothing_sealed_changes_and_the_office_never_sees_unsent_text(
    app: Flask, given: Given
) -> None:
    with app.app_context():
        by, office = given.applicant(), given.office(Side.GERMAN)
        organisation = given.organisation(by)

        class History(RuleBasedStateMachine):
            """A file, its versions as they should be (number to title), and the bytes of those that were sealed."""

            def __init__(self) -> None:
                super().__init__()
                self.id = given.application(by=by, organisation=organisation).id
                self.titles = {1: self.open.title}
                self.sealed: dict[int, bytes] = {}

            @property
            def file(self) -> Application:
                return db.session.get_one(Application, self.id)

            @property
            def open(self) -> Version:
                version = self.file.open
                assert version
                return version

            def state_in(self, *states: State) -> bool:
                return self.file.state in states

            @precondition(lambda self: self.file.state in EDITABLE)
            @rule(word=st.integers(0, 9_999))
            def save(self, word: int) -> None:
                title = f"Fassung {word} von {self.id}"
                answers = queries.saved(self.open, StepName.PROJECT) | {"title": title}
                service.save_answers(self.file, StepName.PROJECT, answers, by=by)
                self.titles[self.open.number] = title

            @precondition(lambda self: self.file.state in EDITABLE)
            @rule()
            def send(self) -> None:
                sent = service.submit(self.file, by=by)
                assert sent.content
                self.sealed[sent.number] = sent.content

            @precondition(lambda self: self.state_in(State.SUBMITTED))
            @rule()
            def give_back(self) -> None:
                service.return_(self.file, reason="Grund", by=office)
                self.titles[self.open.number] = self.titles[self.file.sent_number or 0]

            @precondition(lambda self: self.state_in(State.RETURNED))
            @rule()
            def let_lapse(self) -> None:
                until = self.file.return_until
                assert until
                with clock.frozen(until + timedelta(seconds=1)):
                    service.lapse_returns()

            @precondition(lambda self: len(self.titles) > 2)
            @rule()
            def withdraw(self) -> None:
                if not self.state_in(State.WITHDRAWN):
                    service.withdraw(self.file, by=by)

            @invariant()
            def nothing_typed_is_lost(self) -> None:
                db.session.commit()
                db.session.expire_all()
                assert {its.number: its.title for its in self.file.versions} == self.titles

            @invariant()
            def nothing_sealed_changes(self) -> None:
                found = {its.number: its for its in self.file.versions if its.sealed_at}
                assert {number: its.content for number, its in found.items()} == self.sealed
                for its in found.values():
                    content: dict[str, Any] = json.loads(its.content or b"")
                    assert its.hash == canonical.digest(its.content or b"")
                    assert queries.content(its) == {name: content[name] for name in content if name != "sent_at"}

            @invariant()
            def the_office_sees_what_was_sent(self) -> None:
                seen = queries.by_id(office, self.id)
                if not self.sealed:
                    assert seen is None
                    return
                assert seen
                assert queries.version_for(office, seen).title == seen.title == self.titles[max(self.sealed)], (
                    "what was sent last"
                )

            @invariant()
            def something_can_be_written_or_done(self) -> None:
                is_open = self.file.open is not None
                assert is_open == self.state_in(*EDITABLE) or self.state_in(State.WITHDRAWN)

        run_state_machine_as_test(
            History,
            settings=settings(
                max_examples=5,
                stateful_step_count=12,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
