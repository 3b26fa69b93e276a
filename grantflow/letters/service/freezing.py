"""Write acts out when they are put to the cities: what is stored here is what is signed, and what is printed."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert

from grantflow.config import LANGUAGES
from grantflow.kernel import canonical
from grantflow.kernel.errors import Incomplete
from grantflow.platform.db import db

from .. import rules
from ..models import Body
from ..rules import Facts, Written
from ..states import Kind
from .writing import write_out


def freeze(kind: Kind, facts: Sequence[Facts]) -> list[Written]:
    """Write out one act for each of ``facts``, in both languages, and keep the words under their digests: one statement
    however many. Refuses with Incomplete what may not be written out, all of it."""
    if reasons := [reason for its in facts for reason in rules.why_not_write(kind, its)]:
        raise Incomplete(reasons)
    texts: dict[str, str] = {}
    acts = []
    for its in facts:
        written = {language: write_out(kind, its, language) for language in LANGUAGES}
        bodies = {language: canonical.digest(text.encode()) for language, text in written.items()}
        texts |= {bodies[language]: text for language, text in written.items()}
        acts.append(Written(kind=kind, facts=its, bodies=bodies))
    rows = [{"digest": digest, "text": text} for digest, text in sorted(texts.items())]
    db.session.execute(insert(Body).on_conflict_do_nothing(), rows)
    return acts
