"""Words are signed, not code: what stands between two keys, what stops the second one, and what is printed."""

import re
from dataclasses import field, make_dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from grantflow.applications.models import Application
from grantflow.decisions import queries, rules, service, texts
from grantflow.decisions.models import Proposal
from grantflow.decisions.queries import acts
from grantflow.decisions.rules import CannotSign, Deliberation, Unsound
from grantflow.kernel import canonical, clock
from grantflow.kernel.parties import Party, Side
from grantflow.letters import queries as letter_queries
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.letters.rules import facts as stored_facts
from grantflow.letters.service import writing
from grantflow.platform import errors, locale
from grantflow.platform.db import db
from tests.given import Given

from .looking import revise, sign, state_of

D, T, M = Party.DUESSELDORF, Party.TOULOUSE, Party.METROPOLE


def frozen_words(app: Flask, proposal: Proposal) -> dict[str, str]:
    """The words of every act that stand to be signed, by digest."""
    with app.app_context():
        content = queries.content_of(db.session.get_one(Proposal, proposal.id))
        return letter_queries.bodies([digest for act in content.acts.values() for digest in act.bodies.values()])


# --- what is written out -------------------------------------------------------------------------


def test_when_a_proposal_is_frozen_each_act_is_written_out_in_both_languages_for_its_channel(
    app: Flask, given: Given
) -> None:
    proposal = given.proposed()
    texts = frozen_words(app, proposal)
    with app.app_context():
        content = queries.content_of(db.session.get_one(Proposal, proposal.id))
    assert list(content.acts) == [D, T, M]
    for party, act in content.acts.items():
        assert set(act.bodies) == {"de", "fr"}
        french, german = texts[act.bodies["fr"]], texts[act.bodies["de"]]
        assert ("téléservice" in french, "Portal" in german) == (party is not D, True)
        assert ("DEL-T-7" in french) is (party is T)


def test_the_digest_is_over_the_bytes_that_are_stored(app: Flask, given: Given) -> None:
    proposal = given.turn(given.proposed(), given.signatory(M))
    [version] = [v for v in proposal.versions if v.number == proposal.version]
    assert proposal.digest == version.digest == proposal.keys[0].digest == canonical.digest(version.frozen)
    for table, column in (("proposal_version", "frozen"), ("body", "text")):
        with app.app_context():
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            other = text(f"UPDATE {table} SET {column} = {column} || ' '")  # noqa: S608 - two names above
            with pytest.raises(IntegrityError, match="digest_of"):
                db.session.execute(other)


# --- what passes between two keys ------------------------------------------------------------------


def deploy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another release: templates that say something else, and facts with one field more."""
    monkeypatch.setattr(writing, "write_out", lambda *_: pytest.fail("nothing is written out at a key"))
    more = make_dataclass(
        "Facts",
        [("language_of_the_file", str, field(kw_only=True))],
        bases=(stored_facts.Facts,),
        frozen=True,
    )
    monkeypatch.setattr(stored_facts, "SCHEMA", 2)
    monkeypatch.setattr(stored_facts, "UPCASTERS", {1: lambda its: {**its, "language_of_the_file": "de"}})
    monkeypatch.setattr(rules.contents, "Facts", more)


def test_a_release_deployed_between_two_keys_changes_not_one_word(
    app: Flask, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The printed acts hold exactly the words that were signed."""
    proposal = given.turn(given.turn(given.proposed(), given.signatory(M)), given.signatory(D))
    signed = frozen_words(app, proposal)
    deploy(monkeypatch)
    after = given.turn(proposal, given.signatory(T))
    assert after.act.decided_at
    assert after.digest == proposal.digest
    with app.app_context():
        issued = db.session.scalars(select(Letter)).all()
        assert len(issued) == 5
        for letter in issued:
            html = letters.document(letter)
            assert letter.facts["language_of_the_file"] == "de"
            for words in re.split(r'<slot name="\w+"></slot>', signed[letter.body_digest]):
                assert words in html


def test_saving_the_same_again_after_a_release_voids_nothing(
    app: Flask, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = given.turn(given.proposed(), given.signatory(D))
    monkeypatch.setattr(letters, "freeze", lambda *_: pytest.fail("nothing was changed"))
    assert revise(app, given, proposal).digest == proposal.digest


# --- what stops them ---------------------------------------------------------------------------------

#: A change of every source, by its name: what is run, and what it changes for the file's own rows.
CHANGES = {
    "organisation": "UPDATE organisation SET street = street || ' b' WHERE id = :lead",
    "contact": "UPDATE person SET family_name = 'Neu' WHERE id = :contact",
    "delivery": "UPDATE application SET channel = 'post'",
    "call": "UPDATE call SET report_months = report_months + 1",
    "agreement": "UPDATE agreement SET signed_on = signed_on - 1",
    "funder.duesseldorf": "UPDATE funder SET phone = '1' WHERE code = 'duesseldorf'",
    "legal_basis.toulouse": "UPDATE legal_text SET text_de = 'x' WHERE funder_code = 'toulouse'",
    "remedy.metropole": "UPDATE remedy_rule SET street = 'x' WHERE funder_code = 'metropole'",
}


def run(app: Flask, proposal: Proposal, sql: str, **values: object) -> None:
    with app.app_context():
        file = db.session.get_one(Application, proposal.application_id)
        its = {"lead": file.lead_id, "contact": file.contact_id}
        db.session.execute(text(sql), {**its, **values} if ":" in sql else {})
        db.session.commit()


def refused(app: Flask, proposal: Proposal, person: Any) -> list[str]:
    """What a key is refused with, in German."""
    with pytest.raises(CannotSign) as error:
        sign(app, proposal, person)
    with app.app_context(), locale.use("de"):
        return [error.value.key, errors.describe(error.value)]


@pytest.mark.parametrize("name", CHANGES)
def test_a_newer_version_of_a_source_stops_the_keys_until_the_leads_office_takes_it_over(
    app: Flask, given: Given, name: str
) -> None:
    """And then both are turned anew."""
    proposal = given.turn(given.proposed(), given.signatory(M))
    run(app, proposal, CHANGES[name])
    anke = given.signatory(D)
    key, says = refused(app, proposal, anke)
    with app.app_context(), locale.use("de"):
        assert (key, str(texts.source(name)) in says) == ("facts_outdated", True)
    assert [key.voided_at for key in given.proposal(proposal.id).keys] == [None], "refused, not voided"
    with app.app_context():
        found = db.session.get_one(Proposal, proposal.id)
        assert queries.outdated(found) == (name,)
        service.renew(found, by=given.office(Side.GERMAN))
        db.session.commit()
    renewed = given.proposal(proposal.id)
    assert renewed.digest != proposal.digest
    assert [key.voided_at is None for key in renewed.keys] == [False]
    sign(app, renewed, anke)


#: A text that takes the place of Düsseldorf's from a day on.
SUCCESSOR = """
    WITH old AS (UPDATE legal_text SET valid_to = CAST(:day AS date) - 1 WHERE funder_code = 'duesseldorf')
    INSERT INTO legal_text (id, funder_code, kind, text_de, text_fr, valid_from)
    VALUES (gen_random_uuid(), 'duesseldorf', 'legal_basis', 'Neues Recht', 'Droit nouveau', :day)
"""


def test_a_text_valid_from_next_month_changes_nothing_today(app: Flask, given: Given) -> None:
    proposal = given.turn(given.proposed(), given.signatory(M))
    day = clock.today() + timedelta(days=30)
    run(app, proposal, SUCCESSOR, day=day)
    before = given.turn(proposal, given.signatory(D))
    jean = given.signatory(T)
    with clock.frozen(clock.now() + timedelta(days=30)):
        assert refused(app, before, jean)[0] == "facts_outdated"
    sign(app, before, jean)
    assert state_of(app, proposal).value == "awarded"


def test_a_text_valid_from_today_stops_the_keys(app: Flask, given: Given) -> None:
    proposal = given.proposed()
    run(app, proposal, SUCCESSOR, day=clock.today())
    assert refused(app, proposal, given.signatory(D))[1].count("Rechtsgrundlage von Düsseldorf") == 1


def test_a_vote_is_not_entered_into_acts_that_the_leads_office_must_take_over_first(app: Flask, given: Given) -> None:
    proposal = given.proposed(votes=False)
    run(app, proposal, CHANGES["organisation"])
    entries = {party: Deliberation("DEL-1", clock.today()) for party in (T, M)}
    with app.app_context(), pytest.raises(Unsound) as error:
        service.deliberate(db.session.get_one(Proposal, proposal.id), entries, by=given.office(Side.FRENCH))
    assert error.value.key == "facts_outdated"


def test_nothing_an_applicant_edits_voids_a_key_by_itself(app: Flask, given: Given) -> None:
    proposal = given.turn(given.proposed(), given.signatory(D))
    for name in ("organisation", "contact", "delivery"):
        run(app, proposal, CHANGES[name])
    after = given.proposal(proposal.id)
    assert [key.voided_at for key in after.keys] == [None]
    assert after.digest == proposal.digest


# --- what counts versions ----------------------------------------------------------------------------

#: What is sealed with the version of the file that was sent, where lists keep a copy of it, and what names a row.
SEALED = {"application_version", "version_party"}
COPIES = {
    *("number", "title", "language", "requested_cents", "eligible_cents"),
    *("first_submitted_at", "submitted_at"),
}
NAMES = {("funder", "code"), ("remedy_rule", "funder_code")}
#: Another value for a column, by its type; of an enumeration any other of its words.
OTHER = {"date": "{0} - 1", "integer": "{0} + 1", "character varying": "{0} || 'x'"}
WORDS = {"kind": "'foundation'", "country": "'FR'", "address": "'mr'", "language": "'fr'", "channel": "'post'"}


class Read:
    """A row that notes which of its columns are read, and its neighbours with it."""

    def __init__(self, row: Any, seen: set[tuple[str, str]]) -> None:
        self.row, self.seen = row, seen

    def __getattr__(self, name: str) -> Any:
        mapper, value = inspect(self.row).mapper, getattr(self.row, name)
        if name in mapper.columns:
            self.seen.add((mapper.local_table.name, name))
        return Read(value, self.seen) if name in mapper.relationships else value


def test_any_update_of_a_column_that_an_act_prints_counts_a_version_whoever_writes_it(app: Flask, given: Given) -> None:
    """What is printed is asked of the code that gathers it: a new column cannot be forgotten."""
    proposal = given.proposed()
    seen: set[tuple[str, str]] = set()
    with app.app_context():
        its = db.session.get_one(Proposal, proposal.id)
        for source in acts.sources(clock.today()).values():
            rows = acts.Source(*(Read(getattr(source, name), seen) for name in ("funder", "basis", "remedy")))  # type: ignore[arg-type]
            acts.letter_facts(Read(its.application, seen), queries.terms(its), rows, None)  # type: ignore[arg-type]
        seen -= NAMES | {("application", column) for column in COPIES}
        seen = {(table, column) for table, column in seen if table not in SEALED}
        assert len(seen) > 30
        assert {table for table, _ in seen} == {
            *("organisation", "person", "application", "call", "agreement", "funder", "legal_text", "remedy_rule")
        }
        kinds = {
            (table, column): kind
            for table, column, kind in db.session.execute(
                text("SELECT table_name, column_name, data_type FROM information_schema.columns")
            )
        }
        for table, column in sorted(seen):
            value = WORDS[column] if column in WORDS else OTHER[kinds[table, column]].format(column)
            count = text(f"SELECT sum(printed_version) FROM {table}")  # noqa: S608 - names of ours
            before = db.session.scalar(count)
            db.session.execute(text(f"UPDATE {table} SET {column} = {column}"))  # noqa: S608
            assert db.session.scalar(count) == before, "the same again is no new version"
            db.session.execute(text(f"UPDATE {table} SET {column} = {value}"))  # noqa: S608
            assert db.session.scalar(count) > before, (table, column)


def test_what_no_act_prints_counts_no_version(app: Flask, given: Given) -> None:
    proposal = given.proposed()
    run(app, proposal, "UPDATE organisation SET website = 'https://x.example', iban = 'x', representative = 'x'")
    run(app, proposal, "UPDATE person SET phone = '1'")
    with app.app_context():
        assert queries.outdated(db.session.get_one(Proposal, proposal.id)) == ()
