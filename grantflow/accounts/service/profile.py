"""What letters and mails go by."""

from grantflow.audit import service as audit
from grantflow.platform.db import db

from ..models import Address, Person
from ..rules import Name


def change_profile(person: Person, *, name: Name, address: Address, phone: str, language: str) -> None:
    """Change what letters and mails go by."""
    before = _profile(person)
    person.title, person.given_name, person.family_name = name.title, name.given_name, name.family_name
    person.address, person.phone, person.language = address, phone, language
    if _profile(person) != before:
        audit.record("profile_changed", on=person, by=person, before=before, after=_profile(person))
    db.session.flush()


def _profile(person: Person) -> dict[str, str]:
    return {
        "title": person.title,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "address": person.address.value,
        "phone": person.phone,
        "language": person.language,
    }
