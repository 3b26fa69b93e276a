"""From a row to a mail: in the recipient's language, from the row's facts alone."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app, render_template

from grantflow.platform import locale, mail, settings, tokens

from .. import rules
from ..models import Message
from ..texts import OFFICES, REASONS


class Contact(NamedTuple):
    """Where the office that signs a message can be reached."""

    address: str
    phone: str
    email: str


def compose(row: Message) -> mail.Mail:
    """Render ``templates/emails/<kind>``; what other people wrote is kept from becoming a link."""
    facts = {name: _fact(name, value) for name, value in row.facts.items()}
    if rules.KINDS[row.kind].personal:
        facts["name"] = rules.inert(row.name)
    if row.token_id is not None:
        facts["token"] = tokens.derive(row.token_id)
    # Funders are known further up: the application says who knows them. None before a fund is loaded.
    contact: Contact | None = current_app.extensions["office_contact"](row.office)
    colon = "\u00a0:" if row.language == "fr" else ":"
    with locale.use(row.language):
        marked = {name: _spoken(facts, name) for name in rules.FOREIGN & facts.keys()}

        def part(name: str) -> str:
            return render_template(
                f"emails/{row.kind}/{name}",
                **{**facts, **marked} if name.endswith(".html") else facts,
                link=_link,
                home=settings().origin,
                office=OFFICES[row.office],
                tongue=row.office.language,
                contact=contact,
                why=REASONS[row.kind],
                code=row.language,
                colon=colon,
            )

        return mail.Mail(
            id=str(row.id),
            to=row.email,
            subject=f"GrantFlow{colon} {part('subject.txt').strip()}",
            text=part("body.txt").strip() + "\n",
            html=part("body.html"),
            language=row.language,
        )


def _fact(name: str, value: Any) -> Any:
    if name in rules.TIMES:
        return rules.moment(value)
    return rules.inert(value) if name in rules.FOREIGN else value


def _spoken(facts: dict[str, Any], name: str) -> str:
    """In HTML, other people's words stand under the language they were written in."""
    return locale.spoken(facts[name], facts.get(f"{name}_language", ""))


def _link(endpoint: str, **values: Any) -> str:
    """An address of ours on the configured host, never on the one a request named (T5)."""
    origin = urlsplit(settings().origin)
    adapter = current_app.url_map.bind(origin.netloc, url_scheme=origin.scheme)
    return adapter.build(endpoint, values, force_external=True)
