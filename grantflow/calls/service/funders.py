"""A funder and its law, as two administrators of that party release them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from grantflow.accounts import queries as accounts
from grantflow.kernel.parties import Actor, Party, Role
from grantflow.platform.db import db
from grantflow.releases import queries as releases
from grantflow.releases.kinds import Kind, register
from grantflow.releases.rules import Flaw, Need, need

from .. import texts
from ..documents import FunderDocument, LawDocument
from ..models import Funder, LegalText, RemedyRule

R = TypeVar("R", LegalText, RemedyRule)


def _needs(key: str, before: object, after: object) -> Sequence[Need]:
    """Two administrators of the party. Where it has only one, the second is another party's: nobody releases alone."""
    own = Party(key)
    several = len(accounts.in_office({own}, {Role.ADMINISTRATOR})) > 1
    second = [own] if several else [party for party in Party if party is not own]
    return need(own, Role.ADMINISTRATOR), need(second, Role.ADMINISTRATOR)


def _can_edit(actor: Actor, key: str) -> bool:
    return Role.ADMINISTRATOR in actor.roles and actor.party == key


# --- the funder ------------------------------------------------------------------------------------


def _funder_flaws(key: str, before: FunderDocument | None, after: FunderDocument) -> Sequence[Flaw]:
    """Numbers of letters begin with the prefix: no other funder has it, had it, or will."""
    others = {edition.content["register_prefix"] for edition in releases.signed_of_others("funder", key)}
    others |= set(db.session.scalars(select(Funder.register_prefix).where(Funder.code != Party(key))))
    if after.register_prefix in others:
        return [Flaw(("register_prefix",), "flaw.register_prefix_taken")]
    return []


def _apply_funder(key: str, before: FunderDocument | None, after: FunderDocument, day: date) -> None:
    row = db.session.get(Funder, Party(key))
    if row is None:
        row = Funder(code=Party(key))
        db.session.add(row)
    its, treasury = after, after.treasury
    columns = {
        "name_de": its.name.de,
        "name_fr": its.name.fr,
        "authority": its.authority,
        "department": its.department,
        "function_ms": its.signatory_function.ms,
        "function_mr": its.signatory_function.mr,
        "function_neutral": its.signatory_function.neutral,
        "street": its.address.street,
        "postal_code": its.address.postal_code,
        "city": its.address.city,
        "contact_name": its.contact.name,
        "phone": its.contact.phone,
        "email": its.contact.email,
        "treasury_name": treasury.name if treasury else "",
        "treasury_phone": treasury.phone if treasury else "",
        "treasury_email": treasury.email if treasury else "",
        "register_prefix": its.register_prefix,
    }
    for name, value in columns.items():
        setattr(row, name, value)


register(
    Kind(
        name="funder",
        document=FunderDocument,
        needs=_needs,
        flaws=_funder_flaws,
        apply=_apply_funder,
        can_edit=_can_edit,
        label=texts.label,
        spoken=texts.spoken,
        keys=tuple(Party),
        title=texts.party_name,
    )
)


# --- its law ---------------------------------------------------------------------------------------


def _law_flaws(key: str, before: LawDocument | None, after: LawDocument) -> Sequence[Flaw]:
    """Its rows hang on the funder's: that one comes first."""
    if db.session.get(Funder, Party(key)) is None:
        return [Flaw((), "flaw.law_without_funder")]
    return []


def _apply_law(key: str, before: LawDocument | None, after: LawDocument, day: date) -> None:
    """Rows with validity: what held before, holds until the day before. Of two on one day, the second is right."""
    party, basis, remedy = Party(key), after.legal_basis, after.remedy
    _from_day(LegalText, {"funder_code": party, "kind": "legal_basis"}, {"text_de": basis.de, "text_fr": basis.fr}, day)
    columns = {
        "court": remedy.court,
        "street": remedy.address.street,
        "postal_code": remedy.address.postal_code,
        "city": remedy.address.city,
        "months": remedy.months,
        "months_abroad": remedy.months_abroad,
        "online": remedy.online,
    }
    _from_day(RemedyRule, {"funder_code": party}, columns, day)


def _from_day(table: type[R], whose: dict[str, Any], values: dict[str, Any], day: date) -> None:
    rows = db.session.scalars(select(table).filter_by(**whose).order_by(table.valid_from)).all()
    same = next((row for row in rows if row.valid_from == day), None)
    for row in rows:
        if row.valid_from < day and (row.valid_to is None or row.valid_to >= day):
            row.valid_to = day - timedelta(days=1)
    if same is None:
        same = table(**whose, valid_from=day)
        db.session.add(same)
    same.valid_to = None
    for name, value in values.items():
        setattr(same, name, value)


register(
    Kind(
        name="law",
        document=LawDocument,
        needs=_needs,
        flaws=_law_flaws,
        apply=_apply_law,
        can_edit=_can_edit,
        label=texts.label,
        spoken=texts.spoken,
        keys=tuple(Party),
        title=texts.party_name,
    )
)
