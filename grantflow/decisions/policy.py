"""Who may rank, propose, enter délibérations, sign and send back. The loaders say what exists for whom."""

from typing import Protocol

from grantflow.applications.models import Application
from grantflow.calls.models import Envelope
from grantflow.kernel.parties import KEY_HOLDERS, OFFICES, Actor, Party, Role
from grantflow.platform.access import has_role

from .models import Proposal
from .states import Outcome


class HasApplication(Protocol):
    @property
    def application(self) -> Application: ...


#: Offices and signatories; finance and administration never see a score (D12).
decides = has_role(Role.OFFICE, Role.SIGNATORY)
signs = has_role(Role.SIGNATORY)


def leads(actor: Actor, application: Application) -> bool:
    """The office of the lead's seat proposes (D10)."""
    return Role.OFFICE in actor.roles and actor.party is OFFICES[application.lead_side]


def may_propose(actor: Actor, draft: HasApplication) -> bool:
    return leads(actor, draft.application)


def may_renew(actor: Actor, proposal: Proposal) -> bool:
    return leads(actor, proposal.application)


def is_toulouse_office(actor: Actor) -> bool:
    """Its people enter the délibérations of both French funders (D4)."""
    return Role.OFFICE in actor.roles and actor.party is Party.TOULOUSE


def may_deliberate(actor: Actor, proposal: Proposal) -> bool:
    """Whether there is a délibération to enter, and this is the office that does."""
    acts = any(share.cents for share in proposal.shares if share.funder_code is not Party.DUESSELDORF)
    return is_toulouse_office(actor) and (acts or proposal.outcome is Outcome.REJECTION)


def has_a_say(actor: Actor, proposal: Proposal) -> bool:
    """A signatory whose city decides on this proposal: the key holders always, Métropole where it pays (D3)."""
    if Role.SIGNATORY not in actor.roles or actor.party is None:
        return False
    return actor.party in KEY_HOLDERS or any(s.cents for s in proposal.shares if s.funder_code is actor.party)


def may_turn_key(actor: Actor, proposal: Proposal) -> bool:
    """A signatory of one of the two cities."""
    return Role.SIGNATORY in actor.roles and actor.party in KEY_HOLDERS


def may_consent(actor: Actor, proposal: Proposal) -> bool:
    """A signatory of Métropole, where it pays."""
    return actor.party is Party.METROPOLE and has_a_say(actor, proposal)


def may_send_back(actor: Actor, proposal: Proposal) -> bool:
    """Whoever would sign, and the office that proposed."""
    return has_a_say(actor, proposal) or leads(actor, proposal.application)


def may_release(actor: Actor, envelope: Envelope) -> bool:
    """A signatory of the funder whose money it is: it binds that funder and nobody else."""
    return Role.SIGNATORY in actor.roles and actor.party is envelope.funder_code
