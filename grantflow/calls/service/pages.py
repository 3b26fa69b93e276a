"""Texts of the duty pages, as an administrator of each city releases them."""

from collections.abc import Sequence
from datetime import date

from grantflow.kernel.parties import KEY_HOLDERS, Actor, Role
from grantflow.platform.db import db
from grantflow.releases.kinds import Kind, register
from grantflow.releases.rules import Flaw, Need, need

from .. import texts
from ..documents import PageDocument
from ..models import PageText
from ..states import DutyPage


def _needs(key: str, before: PageDocument | None, after: PageDocument) -> Sequence[Need]:
    return [need(party, Role.ADMINISTRATOR) for party in KEY_HOLDERS]


def _flaws(key: str, before: PageDocument | None, after: PageDocument) -> Sequence[Flaw]:
    return ()


def _apply(key: str, before: PageDocument | None, after: PageDocument, day: date) -> None:
    row = db.session.get(PageText, DutyPage(key))
    if row is None:
        row = PageText(key=DutyPage(key))
        db.session.add(row)
    row.text_de, row.text_fr = after.text.de, after.text.fr


def _can_edit(actor: Actor, key: str) -> bool:
    return Role.ADMINISTRATOR in actor.roles


register(
    Kind(
        name="page",
        document=PageDocument,
        needs=_needs,
        flaws=_flaws,
        apply=_apply,
        can_edit=_can_edit,
        label=texts.label,
        spoken=texts.spoken,
        keys=tuple(DutyPage),
        title=texts.page_name,
    )
)
