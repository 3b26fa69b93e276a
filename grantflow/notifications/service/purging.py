"""Erasure of what messages about a file said, and to whom; kind, time and file number remain."""

from sqlalchemy import Text, cast, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from grantflow.kernel.errors import Forbidden
from grantflow.kernel.parties import SYSTEM, Actor
from grantflow.platform import jobs
from grantflow.platform.db import db

from .. import rules
from ..models import Message


def purge(number: str, *, by: Actor) -> None:
    """Empty the messages about the file ``number``; those that wait or failed are not sent any more.

    Raises Forbidden for everybody but the system itself.
    """
    if by is not SYSTEM:
        raise Forbidden()
    its = Message.facts["number"].astext == number
    jobs.settle(db.session.scalars(select(Message.job_id).where(its)).all())
    facts = Message.facts.op("-")(cast(sorted(rules.FOREIGN), ARRAY(Text)))
    emptied = update(Message).where(its).values(email="", name="", facts=facts)
    db.session.execute(emptied.execution_options(synchronize_session=False))
