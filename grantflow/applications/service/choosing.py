"""How the acts shall arrive: a choice with a consent for each legal order (D41)."""

from sqlalchemy import update

from grantflow.audit import service as audit
from grantflow.kernel import clock
from grantflow.kernel.errors import IllegalStep
from grantflow.kernel.parties import Actor
from grantflow.letters.states import Channel
from grantflow.platform import locale
from grantflow.platform.db import db

from .. import rules, texts
from ..models import Application, Consent
from ..states import OPEN


def keep_channel(application: Application, channel: Channel, *, by: Actor) -> None:
    """Keep how the acts shall arrive, for somebody who may sign. Audits it.

    Through the portal only with a consent for each legal order, kept as it reads now; whoever turns to the post
    withdraws what they had agreed to. Raises IllegalStep once the acts are out, or the file is closed.
    """
    db.lock(application, by=by)
    if application.state not in OPEN:
        raise IllegalStep("channel_fixed")
    if application.channel is channel:
        return
    now, before = clock.now(), application.channel
    live = (Consent.application_id == application.id, Consent.withdrawn_at.is_(None))
    if before is Channel.PORTAL:
        db.session.execute(update(Consent).where(*live).values(withdrawn_at=now, withdrawn_by=by.id))
    if channel is Channel.PORTAL:
        for law, wording in texts.CONSENTS.items():
            consent = Consent(application_id=application.id, law=law, person_id=by.id, given_at=now)
            consent.version, consent.language, consent.wording = rules.CONSENT_VERSION, locale.language(), str(wording)
            db.session.add(consent)
    application.channel = channel
    audit.record("channel_chosen", on=application, by=by, before={"channel": before}, after={"channel": channel})
