"""A form that is sent twice by a double click has one effect, and the second answer shows what the first one made.

The key of a form is all that it sends: its token, new with each second in which a page is drawn, makes it this form on
this page of this session, so that whoever opens the page again and types the same means it again. The key is a row in
the transaction of the deed itself: the second request waits there until the first one is committed, then goes where
that one led; where the first one was refused, its row is gone and the second one is judged anew.
"""

import hashlib
from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, redirect, request, session
from sqlalchemy import delete, func, select, update

from . import jobs
from .db import db, insert_once
from .models import Answered

#: A second click comes within seconds; a slow line is granted more.
KEPT_FOR = timedelta(hours=1)


def init_app(app: Flask) -> None:
    """To be called after the database's: what is noted here is committed there."""

    @app.before_request
    def lead_to_the_first_answer() -> Any:
        if request.method != "POST" or "_user_id" not in session or "HX-Request" in request.headers:
            return None
        if not request.form.get("csrf_token"):
            return None
        key = _key()
        if insert_once(Answered, key=key, at=func.now()) is not None:
            g.answering = key
            return None
        location = db.session.scalar(select(Answered.location).where(Answered.key == key))
        # Where the first answer was a page, not a way to one, nothing was made that could be shown again.
        return redirect(location) if location else None

    @app.after_request
    def note_the_way(response: Response) -> Response:
        key = g.pop("answering", None)
        if key and response.status_code in {302, 303} and not g.get("broken"):
            db.session.execute(update(Answered).where(Answered.key == key).values(location=response.location))
        return response


def _key() -> str:
    sent = (session["_user_id"], request.full_path, *request.form.items(multi=True))
    return hashlib.sha256(repr(sent).encode("utf-8", "surrogatepass")).hexdigest()


@jobs.periodic("upkeep.forget_answers", at="03:10")
def forget_old() -> None:
    """Housekeeping; the caller's transaction commits."""
    db.session.execute(delete(Answered).where(Answered.at < func.now() - KEPT_FOR))
