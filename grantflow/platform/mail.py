"""One message over SMTP. Faults that may pass are Transient; what the server refuses for good is Refused."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from grantflow.kernel import clock, emails
from grantflow.kernel.errors import Transient

from . import settings

#: Seconds for connecting and for each answer; a mail server that is slower than this is tried again later.
TIMEOUT = 15
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Refused(Exception):
    """The server will not take this message, however often it is tried."""


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
    message = EmailMessage(policy=SMTP.clone(max_line_length=78))
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


def send(mail: Mail) -> None:
    """Hand ``mail`` to the configured server; returns once the server has taken it.

    Raises Refused where it will not take this message to this recipient (5xx), Transient for all that is not the
    message's fault: no connection, 4xx, a server without TLS or sign-in, a sender it does not accept.
    """
    message = build(mail)
    try:
        with _connection() as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        raise _judged(code, reply) from error
    except smtplib.SMTPDataError as error:
        raise _judged(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPResponseException as error:
        # The conversation never came to the message: whatever the code, it is not the message's fault.
        raise Transient(f"SMTP {error.smtp_code} {_text(error.smtp_error)}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Transient(f"{type(error).__name__}: {error}") from error


def _judged(code: int, reply: bytes | str) -> Exception:
    kind = Refused if 500 <= code < 600 else Transient
    return kind(f"SMTP {code} {_text(reply)}")


def _text(reply: bytes | str) -> str:
    return header(reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)[:300]


@contextmanager
def _connection() -> Iterator[smtplib.SMTP]:
    url = urlsplit(settings().smtp_url)
    host, port = url.hostname or "localhost", url.port or PORTS[url.scheme]
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    with server:
        try:
            if url.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
        except smtplib.SMTPNotSupportedError as error:
            raise Transient(str(error)) from error
        yield server
