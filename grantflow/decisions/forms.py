"""Shape of what offices and signatories send. Whether it holds is the question of ``rules``."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired, Optional

from grantflow.accounts.forms import ProofForm
from grantflow.kernel.errors import Invalid
from grantflow.kernel.parties import Actor, Party
from grantflow.platform.forms import (
    DateField,
    Form,
    Line,
    MoneyField,
    RadioField,
    Text,
    WholeField,
    choices,
    chosen,
    required,
)

from . import rules, texts
from .queries import Draft
from .rules import Deliberation, Unsound
from .states import Outcome, RejectionReason

#: What the office words in both languages.
WORDED = tuple(f"{text}_{language}" for text in ("purpose", "reason", "conditions") for language in ("de", "fr"))
#: Parties by the field that holds their part.
SHARES = {party: f"share_{party}" for party in Party}


class DeliberationForm(Form):
    """Number and date of each French assembly's vote."""

    toulouse_number = Line(_l("Délibération of Toulouse: number"), [Optional()], limit=40)
    toulouse_on = DateField(_l("Délibération of Toulouse: day"), [Optional()])
    metropole_number = Line(_l("Délibération of Toulouse Métropole: number"), [Optional()], limit=40)
    metropole_on = DateField(_l("Délibération of Toulouse Métropole: day"), [Optional()])

    def deliberations(self) -> dict[Party, Deliberation]:
        return {
            party: Deliberation(self[f"{party}_number"].data or "", self[f"{party}_on"].data) for party in rules.FRENCH
        }

    def blame_all(self, error: Unsound) -> None:
        """Every reason at its field, so that the summary links to it."""
        for reason in error.reasons:
            self.blame(Invalid(reason.key, field=reason.step or None, **reason.facts))


class ProposalForm(DeliberationForm):
    """Award or rejection; the délibérations are drawn and read for the Toulouse office only."""

    seen = WholeField(validators=[InputRequired()])
    outcome = RadioField(_l("Outcome"), [chosen()], choices=choices(texts.OUTCOMES))
    award = MoneyField(_l("Amount of the award"), [Optional()])
    share_duesseldorf = MoneyField(_l("Part of Düsseldorf"), [Optional()])
    share_toulouse = MoneyField(_l("Part of Toulouse"), [Optional()])
    share_metropole = MoneyField(_l("Part of Toulouse Métropole"), [Optional()])
    purpose_de = Text(_l("Purpose of the grant in German"), [Optional()], limit=rules.PURPOSE_MAX)
    purpose_fr = Text(_l("Purpose of the grant in French"), [Optional()], limit=rules.PURPOSE_MAX)
    rejection_reason = RadioField(_l("Ground of the rejection"), [Optional()], choices=choices(texts.GROUNDS))
    reason_de = Text(_l("Reason in German"), [Optional()])
    reason_fr = Text(_l("Reason in French"), [Optional()])
    conditions_de = Text(_l("Conditions in German"), [Optional()])
    conditions_fr = Text(_l("Conditions in French"), [Optional()])

    def wants_split(self) -> bool:
        """The button "Split anew" was pressed: only the parts are computed, nothing is sent."""
        from flask import request

        return request.method == "POST" and request.form.get("action") == "split"

    def fill_split(self, split: Mapping[Party, int]) -> None:
        for party, cents in split.items():
            field = self[SHARES[party]]
            field.data, field.raw_data = cents, None

    def terms(self) -> dict[str, Any]:
        """The arguments of ``service.propose``; a rejection carries neither money, purpose nor conditions."""
        outcome = Outcome(self.outcome.data)
        common = {
            "outcome": outcome,
            "reason_de": self.reason_de.data or "",
            "reason_fr": self.reason_fr.data or "",
            "seen": self.seen.data,
        }
        if outcome is Outcome.REJECTION:
            ground = self.rejection_reason.data
            return {**common, "rejection_reason": RejectionReason(ground) if ground else None}
        return {
            **common,
            "award": self.award.data or 0,
            "shares": {party: self[name].data or 0 for party, name in SHARES.items()},
            "purpose_de": self.purpose_de.data or "",
            "purpose_fr": self.purpose_fr.data or "",
            "conditions_de": self.conditions_de.data or "",
            "conditions_fr": self.conditions_fr.data or "",
        }


def proposal_form(draft: Draft) -> ProposalForm:
    """The form as the file stands: the proposal if there is one, else what the reviews suggest."""
    proposal = draft.proposal
    if proposal is None:
        award = rules.suggestion(draft.basis, draft.standing.recommended_cents)
        below = draft.basis.score < draft.basis.threshold
        data: dict[str, Any] = {
            "seen": 0,
            "outcome": Outcome.REJECTION if below else Outcome.AWARD,
            "rejection_reason": RejectionReason.BELOW_THRESHOLD if below else None,
            "award": award,
            f"purpose_{draft.application.language}": rules.first_words(draft.summary),
            **{SHARES[party]: cents for party, cents in split_of(draft, award).items()},
        }
    else:
        data = {
            "seen": proposal.version,
            "outcome": proposal.outcome,
            "rejection_reason": proposal.rejection_reason,
            "award": proposal.award_cents or None,
            **{SHARES[share.funder_code]: share.cents for share in proposal.shares},
            **{name: getattr(proposal, name) for name in WORDED},
            **votes(proposal.shares),
        }
    return ProposalForm(data=data)


def deliberation_form(shares: Any) -> DeliberationForm:
    return DeliberationForm(data=votes(shares))


def votes(shares: Any) -> dict[str, Any]:
    """What was entered, by field."""
    found: dict[str, Any] = {}
    for share in shares:
        if share.funder_code in rules.FRENCH:
            found[f"{share.funder_code}_number"] = share.deliberation_number
            found[f"{share.funder_code}_on"] = share.deliberation_on
    return found


def split_of(draft: Draft, award: int) -> dict[Party, int]:
    """The proposed split of as much of ``award`` as the funders have free."""
    free = sum(draft.basis.free.values())
    return rules.proposed_split(min(award, free), draft.pots)


class KeyForm(ProofForm):
    """A signature: what was seen, that it was read, and once more who signs (D8)."""

    digest = HiddenField(validators=[required()])
    noted = BooleanField(
        _l("I have taken note of the decision and sign it for my city."),
        [required(_l("Please confirm that you have taken note."))],
    )


class ConsentForm(KeyForm):
    """Métropole's consent: the same door, in the words of what it does."""

    noted = BooleanField(
        _l("I have taken note of the proposal and consent to it for Toulouse Métropole."),
        [required(_l("Please confirm that you have taken note."))],
    )


def signing(actor: Actor, *, anew: bool = False) -> KeyForm:
    """The form for what the actor would give; ``anew``: empty, whatever was sent."""
    kind = ConsentForm if actor.party is Party.METROPOLE else KeyForm
    return kind(formdata=None) if anew else kind()


class ReturnForm(Form):
    reason = Text(_l("What needs to change?"), [required()], limit=1000, printed=False)


class BudgetForm(Form):
    reason = Text(_l("Why is the money released now?"), [required()], limit=1000, printed=False)
