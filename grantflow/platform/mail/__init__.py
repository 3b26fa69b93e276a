"""One message over SMTP, sent once: success is noted the moment the server has taken it.

What goes wrong has three names: Transient may pass, NotAccepted is about us and waits until it is mended, Refused is
about this recipient and final.
"""

import smtplib
import ssl
from collections.abc import Callable
from email.utils import parseaddr
from urllib.parse import urlsplit

from grantflow.kernel import emails
from grantflow.kernel.errors import Transient

from .. import settings
from .conversation import Conversation, Fault, Patience, Unanswered
from .message import POLICY, Mail, build, header
from .refusals import Phase, Verdict

__all__ = [
    "PATIENCE",
    "PROBING",
    "Later",
    "Mail",
    "NotAccepted",
    "Refused",
    "Unknown",
    "build",
    "header",
    "probe",
    "send",
]

PATIENCE = Patience()
#: For a greeting that carries no message.
PROBING = Patience(connect=5.0, answer=5.0)


class Refused(Exception):
    """This message will not reach this recipient, however often it is tried."""


class NotAccepted(Transient):
    """The server does not take mail from us as we are: whoever runs this must mend it, and no message fails for it."""


class Later(Transient):
    """The server works, and asks us to come again with this message: grey listing, a full mailbox."""


class Unknown(Transient):
    """The server had the whole message and never said whether it took it: a repeat may be a duplicate."""


def send(
    mail: Mail,
    *,
    taken: Callable[[], None],
    may: Callable[[], bool] = lambda: True,
    waiting: Callable[[float], None] = lambda seconds: None,
) -> None:
    """Hand ``mail`` to the configured server, and call ``taken`` at once when it has it, before anything else.

    ``may`` is asked just before the message goes, ``waiting(seconds)`` told of each long silence. Raises Refused,
    NotAccepted, Unknown or Transient; nothing any more once ``taken`` has returned.
    """
    message = build(mail)
    sender, recipient = parseaddr(settings().mail_from)[1], parseaddr(header(emails.mailable(mail.to)))[1]
    talk = _conversation(PATIENCE, waiting)
    try:
        talk.begin()
        options: tuple[str, ...] = ()
        if not (sender + recipient).isascii():
            if not talk.has_extn("smtputf8"):
                raise Refused("the address needs SMTPUTF8, which the mail server does not offer")
            options = ("SMTPUTF8", "BODY=8BITMIME")
        content = message.as_bytes(policy=POLICY.clone(utf8=bool(options)))
        talk.hand_over(sender, recipient, content, *options, may=may)
        taken()
    except Fault as fault:
        raise _named(fault) from fault
    except (smtplib.SMTPException, OSError) as error:
        raise _broken(error, talk.phase) from error
    finally:
        talk.end()


def probe() -> None:
    """Whether the server greets us, and encrypts if it is to. Raises NotAccepted or Transient. Signs nobody in."""
    talk = _conversation(PROBING)
    talk.url = talk.url._replace(netloc=talk.url.netloc.rpartition("@")[2])
    try:
        talk.begin()
    except Fault as fault:
        raise _named(fault) from fault
    except (smtplib.SMTPException, OSError) as error:
        raise _broken(error, talk.phase) from error
    finally:
        talk.end()


def _conversation(patience: Patience, waiting: Callable[[float], None] = lambda seconds: None) -> Conversation:
    return Conversation(urlsplit(settings().smtp_url), patience, waiting)


def _named(fault: Fault) -> Exception:
    said = header(str(fault))[:300]
    if isinstance(fault, Unanswered):
        return Unknown(said)
    if fault.verdict is Verdict.PASSING:
        return (Transient if fault.is_the_servers else Later)(said)
    return (Refused if fault.verdict is Verdict.RECIPIENT else NotAccepted)(said)


def _broken(error: Exception, phase: Phase) -> Transient:
    """Whatever smtplib and the network raise before the message is handed over."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        kind = NotAccepted if 500 <= error.smtp_code < 600 else Transient
        return kind(header(f"SMTP {error.smtp_code} {said}")[:300])
    # No means of signing in, or a certificate that proves nothing: they wait until somebody mends them.
    ours = isinstance(error, (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError)) or (
        phase is Phase.SIGN_IN and not isinstance(error, OSError | smtplib.SMTPServerDisconnected)
    )
    return (NotAccepted if ours else Transient)(header(f"{type(error).__name__}: {error}")[:300])
