"""The agreement between the cities, as a signatory of each of the three parties releases it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform.db import db
from grantflow.releases import queries as releases
from grantflow.releases.kinds import Kind, register
from grantflow.releases.rules import Flaw, Need, need

from .. import rules, texts
from ..documents import AgreementDocument
from ..models import Agreement


def _needs(key: str, before: AgreementDocument | None, after: AgreementDocument) -> Sequence[Need]:
    return [need(party, Role.SIGNATORY) for party in Party]


def _flaws(key: str, before: AgreementDocument | None, after: AgreementDocument) -> Sequence[Flaw]:
    rows = db.session.scalars(select(Agreement).where(Agreement.code != key))
    periods = {row.code: (row.valid_from, row.valid_to) for row in rows}
    for edition in releases.signed_of_others("agreement", key):
        other = AgreementDocument.model_validate(edition.content)
        periods[edition.key] = other.valid_from, other.valid_to
    return rules.agreement_flaws(key, after, list(periods.values()))


def _apply(key: str, before: AgreementDocument | None, after: AgreementDocument, day: date) -> None:
    row = db.session.scalar(select(Agreement).where(Agreement.code == key))
    if row is None:
        row = Agreement(code=key)
        db.session.add(row)
    row.title_de, row.title_fr, row.signed_on = after.title.de, after.title.fr, after.signed_on
    row.valid_from, row.valid_to, row.is_assumed = after.valid_from, after.valid_to, after.is_assumed


def _can_edit(actor: Actor, key: str) -> bool:
    return Role.ADMINISTRATOR in actor.roles


register(
    Kind(
        name="agreement",
        document=AgreementDocument,
        needs=_needs,
        flaws=_flaws,
        apply=_apply,
        can_edit=_can_edit,
        title=texts.agreement_name,
        label=texts.label,
        spoken=texts.spoken,
        new_key=r"[0-9]{4}",
        # Its own period says when it holds.
        is_dated=False,
    )
)
