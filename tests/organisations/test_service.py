"""Organisations are written by their members, and their bank data stays out of the trail."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from grantflow.audit.models import Entry
from grantflow.kernel.errors import DomainError, Forbidden, Invalid
from grantflow.kernel.parties import SYSTEM, Party, Role, Side
from grantflow.organisations import policy, queries, service
from grantflow.organisations.states import Country, MemberRole
from grantflow.platform.db import db
from tests.given import Given, profile


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_whoever_describes_it_is_its_first_member(given: Given) -> None:
    by = given.applicant()
    made = service.create(profile(), by=by)
    assert [m.person_id for m in made.memberships] == [by.id]
    assert queries.of_member(by) == [made]
    assert made.side is Side.GERMAN


def test_whoever_registers_it_signs_for_it_and_a_reader_changes_nothing(given: Given) -> None:
    by = given.applicant()
    made = service.create(profile(), by=by)
    reader, editor = given.colleague(made, MemberRole.READER), given.colleague(made, MemberRole.EDITOR)
    assert [policy.signs_for(person, made) for person in (by, editor, reader)] == [True, False, False]
    service.update(made, profile(city="Neuss"), by=editor)
    with pytest.raises(Forbidden):
        service.update(made, profile(city="Ratingen"), by=reader)
    assert [queries.by_id(person, made.id) for person in (editor, reader)] == [made, made]


def test_only_applicants_describe_one(given: Given) -> None:
    with pytest.raises(Forbidden):
        service.create(profile(), by=given.staff(Role.OFFICE, Party.DUESSELDORF))


def test_only_members_see_and_change_it(given: Given) -> None:
    made = service.create(profile(), by=given.applicant())
    stranger = given.applicant()
    assert queries.by_id(stranger, made.id) is None
    with pytest.raises(Forbidden):
        service.update(made, profile(), by=stranger)


def test_the_country_stays(given: Given) -> None:
    by = given.applicant()
    made = service.create(profile(), by=by)
    with pytest.raises(DomainError, match="country_fixed"):
        service.update(made, profile(Country.FRANCE), by=by)


@pytest.mark.parametrize("field", ["siret", "rna", "register_number"])
def test_a_number_in_use_is_taken_like_any_other(given: Given, field: str) -> None:
    """Who entered it first keeps nobody out, and nobody learns from a refusal that it is in use (D39)."""
    country = Country.GERMANY if field == "register_number" else Country.FRANCE
    first = service.create(profile(country), by=given.applicant())
    by = given.applicant()
    service.create(profile(country, **{field: getattr(first, field)}), by=by)
    own = service.create(profile(country), by=by)
    service.update(own, replace(queries.profile(own), **{field: getattr(first, field)}), by=by)
    db.session.commit()
    assert [getattr(its, field) for its in queries.of_member(by)] == [getattr(first, field)] * 2


def test_wrong_numbers_are_refused_even_past_the_form(given: Given) -> None:
    with pytest.raises(Invalid) as refused:
        service.create(profile(iban="DE00"), by=given.applicant())
    assert (refused.value.key, refused.value.field) == ("iban_wrong", "iban")


def test_the_trail_names_what_changed_but_no_bank_data(given: Given) -> None:
    by = given.applicant()
    made = service.create(profile(city="Neuss"), by=by)
    other = "DE02120300000000202051"
    service.update(made, replace(queries.profile(made), city="Düsseldorf", iban=other), by=by)
    service.update(made, queries.profile(made), by=by)
    db.session.commit()
    entries = db.session.scalars(select(Entry).where(Entry.subject_id == str(made.id)).order_by(Entry.seq)).all()
    assert [e.action for e in entries] == ["organisation_created", "organisation_updated"]
    assert entries[1].before == {"city": "Neuss"}
    assert entries[1].after == {"city": "Düsseldorf", "bank_account": "changed"}
    written = json.dumps([[e.before, e.after] for e in entries])
    assert other not in written
    assert "DE89370400440532013000" not in written


def test_merging_keeps_both_rows_and_never_makes_a_chain(given: Given) -> None:
    first, second, third = (given.organisation(name=name) for name in ("Erster", "Zweiter", "Dritter"))
    service.merge(first, second, by=SYSTEM)
    with pytest.raises(DomainError, match="organisation_merged"):
        service.merge(first, third, by=SYSTEM)
    with pytest.raises(DomainError, match="organisation_merged"):
        service.merge(third, first, by=SYSTEM)
    with pytest.raises(DomainError, match="organisation_elsewhere"):
        service.merge(second, given.organisation(country=Country.FRANCE), by=SYSTEM)
    service.merge(second, third, by=SYSTEM)
    db.session.expire_all()
    assert [row.merged_into_id for row in (first, second, third)] == [third.id, third.id, None]
    assert [row.name for row in (first, second, third)] == ["Erster", "Zweiter", "Dritter"]
