"""What a message says: in the recipient's language, the same in text and HTML, nothing that a stranger slipped in."""

import email
import email.policy
import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from grantflow.config import ROOT
from grantflow.kernel.parties import Party
from grantflow.notifications import rules
from grantflow.notifications.models import Message
from grantflow.notifications.service.composing import Contact, compose
from grantflow.notifications.texts import REASONS
from grantflow.platform import locale, mail

AT = datetime(2027, 3, 4, 20, 47, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "number": "DT-27-1-001",
    "title": "Brückenklang / Pont des sons",
    "partner": "Chœur de la Daurade",
    "reason": "Der Finanzplan fehlt.\nBitte ergänzen Sie ihn.",
    "hash": "ab" * 32,
    "sent_at": AT.isoformat(),
    "until": datetime(2027, 3, 18, 22, 59, tzinfo=UTC).isoformat(),
    "valid_until": AT.isoformat(),
    "valid_from": date(2027, 4, 1).isoformat(),
    "application_id": str(uuid4()),
    "proposal_id": str(uuid4()),
    "edition_id": str(uuid4()),
    "channel": "portal",
    "count": 3,
    "person": "Inès Marty",
    "proposer": "Anke Sommer",
    "reporter": "Anke Sommer",
    "factor": "app",
    "role": "finance",
    "outcome": "confirmed",
}
KINDS = sorted(rules.KINDS)


def row(kind: str, language: str = "de", **changes: Any) -> Message:
    wanted = rules.KINDS[kind]
    facts = {name: FACTS[name] for name in wanted.needs | (wanted.may & FACTS.keys())}
    values: dict[str, Any] = {
        "id": uuid4(),
        "kind": kind,
        "email": "lea@example.org",
        "name": "Léa Morel",
        "language": language,
        "office": Party.TOULOUSE if language == "fr" else Party.DUESSELDORF,
        "facts": facts | changes.pop("facts", {}),
        "token_id": uuid4() if wanted.keyed else None,
    }
    return Message(**values | changes)


@pytest.fixture
def composed(shared_app: Flask) -> Callable[..., mail.Mail]:
    def make(*arguments: Any, **changes: Any) -> mail.Mail:
        with shared_app.app_context():
            return compose(row(*arguments, **changes))

    return make


def test_other_peoples_words_stand_under_their_language(composed: Callable[..., mail.Mail]) -> None:
    facts = {"title_language": "fr", "reason": "Bitte <ergänzen>.", "reason_language": "de"}
    made = composed("application_returned", facts=facts)
    assert '<span lang="fr">Brückenklang' in made.html
    assert "<blockquote>Bitte &lt;ergänzen&gt;.</blockquote>" in made.html
    assert "<span" not in made.text


def words(text: str) -> str:
    return re.sub(r"[\s\xa0:]+", " ", text).strip()


def words_of_html(page: str) -> str:
    body = re.sub(r"(?s)<head>.*?</head>", "", page)
    return words(html.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same(composed: Callable[..., mail.Mail], kind: str, language: str) -> None:
    found = composed(kind, language)
    text = words(found.text.replace("\n-- \n", "\n"))
    assert text == words_of_html(found.html)
    assert f'<html lang="{language}">' in found.html
    assert f"<title>{html.escape(found.subject)}</title>" in found.html
    assert len(found.subject) < 80
    addresses = set(re.findall(r"https?://\S+", found.text))
    assert addresses == set(re.findall(r'href="([^"]+)"', found.html))
    assert all(address.startswith("http://localhost") for address in addresses)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_subjects_are_distinct(composed: Callable[..., mail.Mail], language: str) -> None:
    subjects = {kind: composed(kind, language).subject for kind in KINDS}
    assert len(set(subjects.values())) == len(KINDS), subjects
    colon = {"de": ": ", "fr": "\u00a0: "}[language]
    assert all(subject.startswith(f"GrantFlow{colon}") for subject in subjects.values()), subjects


def test_a_subject_has_one_kind_of_colon(composed: Callable[..., mail.Mail]) -> None:
    """As the Imprimerie nationale sets it: a no-break space before the colon, in every French subject."""
    for kind in KINDS:
        signs = re.findall(r".:", composed(kind, "fr").subject)
        assert signs, kind
        assert set(signs) == {"\u00a0:"}, kind


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_message_says_who_writes_why_and_where_to_ask(
    shared_app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str, language: str
) -> None:
    office = Contact("Marktplatz 2, 40213 Düsseldorf", "+49 211 89-00000", "fonds@duesseldorf.example")
    monkeypatch.setitem(shared_app.extensions, "office_contact", lambda party: office)
    with shared_app.app_context():
        found = compose(row(kind, language, office=Party.DUESSELDORF))
        with locale.use(language):
            why = str(REASONS[kind])
    for text in (found.text, html.unescape(found.html)):
        assert "Landeshauptstadt Düsseldorf" in text
        assert why in text
        assert all(part in text for part in office)


def test_a_message_before_a_fund_is_loaded_leaves_the_office_out(
    shared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shared_app.app_context():
        assert "+49 211" in compose(row("staff_invitation")).text
        monkeypatch.setitem(shared_app.extensions, "office_contact", lambda party: None)
        found = compose(row("staff_invitation")).text
    assert "+49 211" not in found
    assert "None" not in found


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_three_parts(kind: str) -> None:
    for name in ("subject.txt", "body.txt", "body.html"):
        assert (ROOT / "templates/emails" / kind / name).is_file()


def test_the_recipients_language_not_the_requests(shared_app: Flask) -> None:
    with shared_app.test_request_context("/?lang=de"):
        assert compose(row("password_reset", "fr")).subject == "GrantFlow\u00a0: Choisir un nouveau mot de passe"


def test_links_are_built_from_the_configured_host(shared_app: Flask) -> None:
    """T5, H16: a foreign Host header moves no link."""
    with shared_app.test_request_context("/", headers={"Host": "evil.example"}):
        found = compose(row("password_reset"))
    assert "evil.example" not in found.text + found.html
    assert "http://localhost/reset/" in found.text


@pytest.mark.parametrize("kind", ["registration_confirm", "account_exists", "password_reset"])
def test_strangers_cannot_speak_through_us(composed: Callable[..., mail.Mail], kind: str) -> None:
    """H15: what a visitor can cause carries no word of the visitor's."""
    found = composed(kind, name="Win a prize at http://evil.example")
    assert "evil" not in found.subject + found.text + found.html


def test_the_decision_is_not_told(composed: Callable[..., mail.Mail]) -> None:
    """T17: the mail is one and the same, whatever was decided."""
    assert set(rules.KINDS["decision_ready"].needs) == {"number", "title", "application_id", "channel"}
    assert "bewilligt" not in composed("decision_ready").text.casefold()
    assert "abgelehnt" not in composed("decision_ready").text.casefold()


NASTY = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "http://evil.example/x",
            "www.evil.example",
            "mailto:a@evil.example",
            "a@evil.example",
            "Hallo\r\nBcc: victim@example.org",
            "x\nSubject: y",
            "<a href='//evil.example'>klick</a>",
            "{{ 7*7 }} {% raw %}",
            "\u202eelpmaxe.live",
            "evil.example\u2028Bcc: a@b.example",
        ]
    ),
)


@settings(max_examples=120, deadline=None)
@hypothesis_given(title=NASTY, name=NASTY, reason=NASTY)
def test_other_peoples_words_stay_words(shared_app: Flask, title: str, name: str, reason: str) -> None:
    """T24: no header of theirs, no link of theirs, no markup, no template."""
    facts = {"title": title, "reason": reason, "number": "DT-27-1-001"}
    with shared_app.app_context():
        made = compose(row("application_returned", name=name, facts=facts))
        received = _received(mail.build(made))
    assert {key.lower() for key in received} <= {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress", "mime-version",
        "content-type", "content-language",
    }  # fmt: skip
    assert received["To"] == "lea@example.org"
    assert "evil" not in str(received["From"])
    text, page = (received.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    for part in (text, html.unescape(re.sub(r"<[^>]+>", " ", page))):
        assert not re.search(r"evil\.example|https?://evil|@evil", part)
    assert set(re.findall(r'href="([^"]+)"', page)) == {
        "http://localhost",
        f"http://localhost/applications/{FACTS['application_id']}",
    }


def _received(message: EmailMessage) -> EmailMessage:
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


@hypothesis_given(st.text())
def test_header_values_are_one_line(value: str) -> None:
    assert not set(mail.header(value)) & set("\r\n\x00\x0b\x0c\x85\u2028\u2029")


@pytest.mark.parametrize(
    "text", ["1.234,56 €", "18:30", "e. V.", "12.04.2027", "DT-27-1-001", "und/oder 3/4", "St. Martin"]
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert rules.inert(text).replace("\u200b", "") == text
    if "und" not in text:
        assert rules.inert(text) == text


def test_the_message_is_recognisable_when_it_comes_twice(shared_app: Flask) -> None:
    message = row("account_exists")
    with shared_app.app_context():
        built = [mail.build(compose(message)) for _ in range(2)]
    assert built[0]["Message-ID"] == built[1]["Message-ID"] == f"<{message.id}@grantflow.example>"
    assert built[0]["Auto-Submitted"] == "auto-generated"
