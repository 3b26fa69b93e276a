"""The worker's part: claim a message, compose it, and hand it to the mail server outside any transaction."""

from datetime import datetime
from uuid import UUID

import structlog

from grantflow.kernel.errors import Transient
from grantflow.platform import jobs, mail

from .. import rules
from ..models import Message
from .composing import compose

log = structlog.get_logger()


def deliver(message_id: UUID) -> bool:
    """Claim the row, compose, hand over, note. True if this call sent it.

    No transaction is open while the mail server is spoken to. The moment the server has the message that is noted and
    committed, before good-bye is said. A crash between its last line and that note sends it again, with the same
    Message-ID; nothing else can. The lease is kept while the server is silent.
    """
    claim = jobs.claim(Message, message_id)
    if claim is None:
        return False
    row = claim.row
    if row.unheard > jobs.MAX_UNHEARD:
        jobs.release(claim, "no attempt came to an end that anybody heard of", permanent=True)
        return False
    sent = False

    def taken() -> None:
        nonlocal sent
        sent = True
        jobs.happened(claim)

    said = ""
    try:
        if rules.KINDS[row.kind].keyed and (row.token_id is None or _over(row, claim.at)):
            raise mail.Refused("the link ended before the message could be sent")
        mail.send(
            compose(row), taken=taken, may=lambda: jobs.keep(claim), waiting=lambda seconds: _wait(claim, seconds)
        )
    except mail.Refused as refused:
        jobs.release(claim, str(refused), permanent=True)
    except mail.Later as fault:
        jobs.release(claim, str(fault))
    except mail.NotAccepted as fault:
        log.critical("mail_not_accepted", message=str(row.id), error=str(fault))
        jobs.release(claim, str(fault), patience=None)
        said = str(fault)
    except mail.Unknown as fault:
        jobs.release(claim, str(fault), heard=False, permanent=row.unheard >= jobs.MAX_UNHEARD)
        said = str(fault)
    except Transient as fault:
        jobs.release(claim, str(fault))
        said = str(fault)
    except Exception as fault:  # a poison row must not stop the others; a person sees it on the workers' page
        if sent:
            raise
        log.exception("message_broken", message=str(row.id), kind=row.kind)
        jobs.release(claim, f"{type(fault).__name__}: {fault}")
        return False
    _tell(said)
    return sent


def probe() -> None:
    """Ask the mail server whether it is there, and note the answer; for when nothing is sent."""
    said = ""
    try:
        mail.probe()
    except Transient as fault:
        said = str(fault)
        log.critical("mail_server_away", error=said)
    jobs.touch(rules.LAST_PROBE, problem=said)


def _over(row: Message, now: datetime) -> bool:
    until = rules.moment(row.facts["valid_until"])
    return isinstance(until, datetime) and until <= now


def _wait(claim: jobs.Claim[Message], seconds: float) -> None:
    """The server is silent: keep the row, and say so. Whatever goes wrong here must not end the waiting."""
    try:
        jobs.keep(claim)
    except Exception as error:
        log.warning("lease_not_kept", row=str(claim.row.id), error=type(error).__name__)
    _tell(f"the mail server has been silent for {seconds:.0f} s")


def _tell(problem: str) -> None:
    """Note for the state of the house how the mail server took us last."""
    try:
        jobs.touch(rules.LAST_MAIL, problem=problem)
    except Exception as error:  # the message's fate is written down already
        log.warning("mail_not_noted", error=type(error).__name__)
