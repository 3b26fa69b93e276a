"""Whatever a stored act says of people is emptied by erasure: a new field is emptied too, or named here as public."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import text

from grantflow.decisions.rules import Content, Deliberation, Terms, worded
from grantflow.decisions.states import Outcome
from grantflow.kernel.parties import Party
from grantflow.letters.rules import Facts, Words, Written
from grantflow.letters.states import Kind
from grantflow.platform.db import db
from tests.letters.samples import DAY, REASON, award, facts

SECRET = "Geheimnis"
#: What says nothing of an applicant: the authorities and their law, numbers and days, how it is written and sent.
PUBLIC = (
    "funder.",
    "remedy.",
    "legal_basis.",
    "deliberation.",
    "award.shares.party",
    "award.project_start",
    "award.project_end",
    "award.funding_end",
    "award.report_due",
    "application_number",
    "submitted_on",
    "agreement_on",
    "guideline_on",
    "title_language",
    "contact_language",
    "channel",
    "recipient.legal",
    "recipient.form",
    "recipient.address.country",
)
#: Of what keys sign: the outcome, votes, digests of the words, versions of the sources.
SIGNED = ("terms.outcome", "terms.rejection_reason", "terms.deliberations.", "acts.toulouse.bodies.", "sources.")


def act() -> Facts:
    """One that leaves no field empty, or a text in it would go unseen."""
    made = facts(
        party=Party.TOULOUSE, award=award(Party.TOULOUSE, conditions=(Words(de="a", fr="b"),)), reason=REASON
    ).to_json()
    hollow = [path for path, value in leaves(made) if value is None or value == []]
    assert hollow == []
    return Facts.from_json(made)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each plain value with its path, the rows of a list under one."""
    if isinstance(value, dict) and value:
        for name, its in value.items():
            yield from leaves(its, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list) and value:
        for its in value:
            yield from leaves(its, path)
    else:
        yield path, value


def whispering(value: Any) -> Any:
    """The same with ``SECRET`` for every text."""
    if isinstance(value, dict):
        return {name: whispering(its) for name, its in value.items()}
    if isinstance(value, list):
        return [whispering(its) for its in value]
    return SECRET if isinstance(value, str) else value


def left(app: Flask, function: str, stored: Any, *public: str) -> list[str]:
    """Where ``SECRET`` still stands after erasure, but for what is public."""
    content = json.dumps(whispering(stored))
    with app.app_context():
        emptied = db.session.scalar(text(function), {"content": content})
    found = json.loads(emptied) if isinstance(emptied, bytes) else emptied
    return sorted({path for path, value in leaves(found) if value == SECRET and not path.startswith(public)})


def test_every_text_of_the_facts_about_people_is_emptied(app: Flask) -> None:
    assert left(app, "SELECT facts_without_texts(CAST(:content AS jsonb))", act().to_json(), *PUBLIC) == []


def test_every_text_of_what_keys_signed_is_emptied(app: Flask) -> None:
    words = {f"{name}_{language}": "Wort" for name in ("purpose", "reason", "conditions") for language in ("de", "fr")}
    terms = Terms(outcome=Outcome.AWARD, award=940_000, shares={Party.TOULOUSE: 940_000}, **words)
    votes = {Party.TOULOUSE: Deliberation("DEL-1", DAY)}
    its = Content(
        terms=worded(terms, votes) | {"rejection_reason": "score"},
        acts={Party.TOULOUSE: Written(kind=Kind.AWARD, facts=act(), bodies={"de": "1", "fr": "2"})},
        sources={"version": "1"},
    )
    signed = "SELECT content_without_texts(convert_to(:content, 'UTF8'))"
    public = (*SIGNED, *(f"acts.toulouse.facts.{path}" for path in PUBLIC))
    assert left(app, signed, json.loads(its.to_bytes()), *public) == []
