"""T21, T22, H12, H14, H15: a world with payloads in every text that a person can write.

No page, letter or mail brings one to life, and ``{{7*7}}`` stays what it is.
"""

from markupsafe import escape
from sqlalchemy import Connection, select

from grantflow.letters import rules as letter_rules
from grantflow.letters import service as letters
from grantflow.letters.models import Letter
from grantflow.letters.service.layout import stylesheet
from grantflow.notifications.models import Message
from grantflow.notifications.service.composing import compose
from grantflow.platform import pdf
from grantflow.platform.db import db

from .canaries import ESCAPED, alive
from .crawl import Pages, cast, fetch
from .world import World


def test_nothing_comes_alive_on_a_page(
    world: World, crawled: dict[str, Pages], poisoned: tuple[Connection, list[str]]
) -> None:
    """As everybody, German and French by turns; and the method sees what it looks for."""
    shown = set()
    for turn, (who, email) in enumerate(cast(world).items()):
        wanted = [url for url, page in crawled[who].items() if page.status == 200]
        for url, (status, body) in fetch(world, email, wanted, language="de" if turn % 2 else "fr").items():
            assert status == 200, (who, url)
            if not body.startswith(b"%PDF"):
                assert alive(body) == [], (who, url)
                shown |= {b".".join(found).decode() for found in ESCAPED.findall(body)}
    _, columns = poisoned
    assert {
        "application.title",
        "organisation.name",
        "person.family_name",
        "score.comment",
        "letter.project_title",
    } <= shown
    assert len(shown & set(columns)) > 25, sorted(set(columns) - shown)


def test_nothing_comes_alive_in_a_mail(world: World, poisoned: tuple[Connection, list[str]]) -> None:
    """H15: other people's words are text; no mail program makes them a link."""
    with world.app.app_context():
        kinds = {message.kind: message for message in db.session.scalars(select(Message)).all()}
        assert len(kinds) > 8
        for kind, message in kinds.items():
            mail = compose(message)
            assert alive(mail.html.encode()) == [], kind
            # How to reach the office is the administration's own word, and meant to be followed.
            own = world.app.extensions["office_contact"](message.office)
            for part in (mail.subject, mail.text, mail.html):
                for word in own:
                    part = part.replace(word, "").replace(str(escape(word)), "")  # noqa: PLW2901
                assert "https://evil.example" not in part, kind
                assert "q49q" not in part
            assert "\n" not in mail.subject


def test_nothing_comes_alive_in_a_letter(world: World, poisoned: tuple[Connection, list[str]]) -> None:
    """Every kind of letter in both languages, written out anew; and two of them printed, which fetches nothing."""

    def written(letter: Letter) -> str:
        facts = letter_rules.Facts.from_json(letter.facts)
        return letters.layout(letters.write_out(letter.kind, facts, letter.language), letter.slots, letter.language)

    with world.app.app_context():
        found = db.session.scalars(select(Letter)).all()
        kinds = {(letter.kind, letter.funder, letter.language, letter.standing): letter for letter in found}
        assert len(kinds) > 6
        for letter in kinds.values():
            text = written(letter)
            assert alive(text.encode()) == []
            assert "&lt;script&gt;alert(1)" in text
            assert "q{{7*7}}q${7*7}q" in text
        for language in ("de", "fr"):
            letter = next(letter for letter in kinds.values() if letter.language == language)
            assert pdf.render(written(letter), css=stylesheet()).content.startswith(b"%PDF")
