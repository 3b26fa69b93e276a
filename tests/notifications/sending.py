"""One message, one worker, one mail server that answers as told."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import update

from grantflow.notifications.models import Message
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.jobs import Job


@contextlib.contextmanager
def mailing_to(app: Flask, url: str) -> Iterator[None]:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, smtp_url=url)
    try:
        yield
    finally:
        app.extensions["settings"] = before


class Scripted:
    """An SMTP server that answers as told: ``mail``, ``rcpt`` and ``data`` are its replies, in turn, then 250."""

    def __init__(
        self, mail: list[str] | None = None, rcpt: list[str] | None = None, data: list[str] | None = None
    ) -> None:
        self.mail, self.rcpt, self.data, self.taken = mail or [], rcpt or [], data or [], []

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.mail:
            return self.mail.pop(0)
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data:
            return self.data.pop(0)
        self.taken.append(envelope)
        return "250 ok"


@contextlib.contextmanager
def smtp(handler: Scripted, **how: Any) -> Iterator[str]:
    """Serve on loopback; ``how``: aiosmtpd's own means of TLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def deliver(app: Flask, row_id: UUID) -> bool:
    with app.app_context():
        return jobs.run(db.session.get_one(Message, row_id).job_id)


def read(app: Flask, row_id: UUID) -> jobs.Job:
    """The message's job."""
    with app.app_context():
        found = db.session.get_one(Message, row_id).job
        db.session.expunge_all()
        return found


def claim(row_id: UUID) -> jobs.Claim | None:
    return jobs.claim(db.session.get_one(Message, row_id).job_id)


def due_now(app: Flask, row_id: UUID) -> None:
    with app.app_context():
        db.session.get_one(Message, row_id).job.not_before = None
        db.session.commit()


def pass_by(app: Flask, time: timedelta) -> None:
    """As if so much time had passed since the first fault, and the pause were over."""
    with app.app_context():
        db.session.execute(update(Job).values(patience_until=Job.patience_until - time, not_before=None))
        db.session.commit()
