"""The worker's part: claim a message, compose it, and hand it to the mail server outside any transaction."""

from datetime import datetime

import structlog

from grantflow.kernel.errors import Transient
from grantflow.platform import jobs, mail
from grantflow.platform.db import detached

from .. import queries, rules
from ..models import Message
from .composing import compose

log = structlog.get_logger()

#: Seconds; longer than the longest conversation and the noting of its end: none is cut off behind its last line.
LIMIT = mail.PATIENCE.whole + 120.0


@jobs.job(rules.SEND, queue=jobs.MAIL, patience=jobs.DAY, limit=LIMIT)
@jobs.job(rules.SEND_URGENT, queue=jobs.URGENT, patience=jobs.DAY, limit=LIMIT)
def deliver(claim: jobs.Claim) -> bool:
    """Compose, hand over, note. True if this call sent it.

    No transaction is open while the mail server is spoken to. The moment the server has the message that is noted and
    committed, before good-bye is said. A crash between its last line and that note sends it again, with the same
    Message-ID; nothing else can. The lease is kept while the server is silent.
    """
    row = detached(queries.to_send(claim.job.id))
    sent = False

    def taken() -> None:
        nonlocal sent
        sent = True
        jobs.happened(claim)

    said = ""
    try:
        if rules.KINDS[row.kind].keyed and (row.token_id is None or _over(row, claim.at)):
            raise jobs.Hopeless("the link ended before the message could be sent")
        mail.send(
            compose(row), taken=taken, may=lambda: jobs.keep(claim), waiting=lambda seconds: _wait(claim, seconds)
        )
    except mail.Refused as refused:
        # About the recipient: people mend the address, whoever runs the house cannot.
        jobs.release(claim, str(refused), permanent=True, quiet=True)
    except mail.Later as fault:
        jobs.release(claim, str(fault))
    except mail.NotAccepted as fault:
        log.critical("mail_not_accepted", message=str(row.id), error=str(fault))
        jobs.release(claim, str(fault), endless=True)
        said = str(fault)
    except mail.Unknown as fault:
        jobs.release(claim, str(fault), heard=False, permanent=claim.job.unheard >= jobs.MAX_UNHEARD)
        said = str(fault)
    except Transient as fault:
        jobs.release(claim, str(fault))
        said = str(fault)
    _tell(said)
    return sent


@jobs.periodic("notifications.probe", every=45.0)
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


def _wait(claim: jobs.Claim, seconds: float) -> None:
    """The server is silent: keep the row, and say so. Whatever goes wrong here must not end the waiting."""
    try:
        jobs.keep(claim)
    except Exception as error:
        log.warning("lease_not_kept", row=str(claim.job.id), error=type(error).__name__)
    _tell(f"the mail server has been silent for {seconds:.0f} s")


def _tell(problem: str) -> None:
    """Note for the state of the house how the mail server took us last."""
    try:
        jobs.touch(rules.LAST_MAIL, problem=problem)
    except Exception as error:  # the message's fate is written down already
        log.warning("mail_not_noted", error=type(error).__name__)
