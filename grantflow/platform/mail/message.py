"""A message in one language, and the bytes it is sent as."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from grantflow.kernel import clock, emails

from .. import settings

POLICY = SMTP.clone(max_line_length=78)


@dataclass(frozen=True, slots=True)
class Mail:
    """A message in one language; ``id`` makes the Message-ID, so that a repeat is recognisable as one."""

    id: str
    to: str
    subject: str
    text: str
    html: str
    language: str


def header(value: str) -> str:
    """A header's value on one line: nobody starts a header of their own inside it (T24)."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", value).strip()


def build(mail: Mail) -> EmailMessage:
    """Text and HTML as alternatives, machine-made, from the configured sender only."""
    sender = settings().mail_from
    message = EmailMessage(policy=POLICY)
    message["From"] = header(sender)
    message["To"] = header(emails.mailable(mail.to))
    message["Subject"] = header(mail.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail.id}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = mail.language
    return message
