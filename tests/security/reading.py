"""What a page says, without what changes by itself."""

import re

from werkzeug.test import TestResponse

TOKEN = re.compile(rb'(name="csrf_token"[^>]*value="|name="seen"[^>]*value="\w+\.\d+\.)[^"]*')
#: What is drawn afresh for whoever sets up a second factor.
DRAWN = re.compile(
    rb'(name="(?:sealed|challenge|new_challenge)"[^>]*value="|<code class="secret">|class="qr__code" d="'
    rb'|href="otpauth:|data-passkey=")[^"<]*'
)
#: How long ago something was, by the database's clock, which no test stops: in technical words, and in plain ones.
WAITED = re.compile(
    rb'(<code lang="en">)[^<]*|(vor )\d+ (?:Sekunde|Minute|Stunde)n?|(il y a )\d+.{1,3}(?:seconde|minute|heure)s?'
)


#: Tables that a look at a page may write (D33): the trail, sign-ins, counters, heartbeats, fetched letters.
WRITTEN_BY_LOOKING = ("audit_entry", "sign_in", "attempts", "heartbeat", "letter_download")


def masked(reply: TestResponse) -> bytes:
    """The body without what differs on every request."""
    body = WAITED.sub(rb"\1\2\3", DRAWN.sub(rb"\1", TOKEN.sub(rb"\1", reply.get_data())))
    return body.replace(reply.headers.get("X-Request-Id", "-" * 16).encode(), b"REQUEST")


HREF = re.compile(rb'(?:href|src)="(/[^"#]*)')


def links(body: bytes) -> list[str]:
    """Addresses on this site that a page leads to, files of the frame left out."""
    found = (match.decode().replace("&amp;", "&") for match in HREF.findall(body))
    return [url for url in dict.fromkeys(found) if not url.startswith(("/static/", "/demo/"))]
