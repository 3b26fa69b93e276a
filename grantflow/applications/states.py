"""States and actions of an application, and the kinds its parts come in (D13)."""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ADMITTED = "admitted"
    INADMISSIBLE = "inadmissible"
    IN_REVIEW = "in_review"
    ASSESSED = "assessed"
    PROPOSED = "proposed"
    AWARDED = "awarded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    #: The deadline of a return is over: the file is again as it was sent last.
    LAPSE = "lapse"
    #: A returned file gets more time.
    EXTEND = "extend"
    ADMIT = "admit"
    EXCLUDE = "exclude"
    BEGIN_REVIEW = "begin_review"
    COMPLETE_REVIEW = "complete_review"
    REOPEN_REVIEW = "reopen_review"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    AWARD = "award"
    REJECT = "reject"
    WITHDRAW = "withdraw"


#: The applicant may still write.
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
#: Somebody still has to do something.
OPEN = frozenset(State) - {
    State.INADMISSIBLE,
    State.AWARDED,
    State.REJECTED,
    State.WITHDRAWN,
}
#: Reviewers may work. A file counts as admitted until both sides have a reviewer; whoever is assigned first need not
#: wait, and so cannot tell whether the other side has assigned anybody.
AT_WORK = frozenset({State.ADMITTED, State.IN_REVIEW})
DECIDED = frozenset({State.AWARDED, State.REJECTED})
#: Sent, and on its way to a decision.
UNDECIDED = OPEN - EDITABLE
#: A partner may withdraw: the file was sent, and was neither refused nor taken back.
PARTNER_MAY_LEAVE = UNDECIDED | {State.RETURNED, State.AWARDED}
#: Signatories have a part in it.
DECIDABLE = frozenset({State.ASSESSED, State.PROPOSED, *DECIDED})


class Purpose(StrEnum):
    """What a version was opened for."""

    FIRST = "first"
    COMPLETION = "completion"


class Part(StrEnum):
    """The part an organisation has in an application."""

    LEAD = "lead"
    PARTNER = "partner"


class ParticipationState(StrEnum):
    """How far an organisation takes part in an application."""

    #: Typed by the lead. It knows of nothing, and nobody sees anything through it.
    NAMED = "named"
    #: Asked to join; it may answer, and sees nothing yet.
    INVITED = "invited"
    #: Takes part; has still to say that it stands by the file as it is.
    JOINED = "joined"
    #: Stands by the file as it is: by sending it, or by saying so.
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


#: What gives the organisation's members sight of the file; nothing else does.
SIGHT = frozenset({ParticipationState.JOINED, ParticipationState.CONFIRMED})


class LineKind(StrEnum):
    """The two halves of the budget, and voluntary contributions outside it (accounts 86 and 87)."""

    COST = "cost"
    INCOME = "income"
    IN_KIND_USE = "in_kind_use"
    IN_KIND_SOURCE = "in_kind_source"


class CostType(StrEnum):
    """Eligible costs (domain 1.5)."""

    TRAVEL = "travel"
    STAY = "stay"
    ORGANISATION = "organisation"
    MATERIAL = "material"
    TRAINING = "training"
    FEES = "fees"


class IncomeType(StrEnum):
    """All income but the grant asked for: own share and other funding (D15)."""

    OWN_FUNDS = "own_funds"
    PARTICIPATION = "participation"
    DONATIONS = "donations"
    OTHER_PUBLIC = "other_public"
    OTHER = "other"


class InKindType(StrEnum):
    VOLUNTEERING = "volunteering"
    SERVICES = "services"
    GOODS = "goods"


class Theme(StrEnum):
    """The Fund's ten themes (domain 1.4)."""

    CIVIC = "civic"
    ENVIRONMENT = "environment"
    DEMOCRACY = "democracy"
    EUROPE = "europe"
    HISTORY = "history"
    CULTURE = "culture"
    SPORT = "sport"
    ANTIDISCRIMINATION = "antidiscrimination"
    SOCIAL = "social"
    DIGITAL = "digital"


class Format(StrEnum):
    """Project types (domain 1.4)."""

    GROUP_EXCHANGE = "group_exchange"
    INDIVIDUAL = "individual"
    EVENT = "event"
    RESEARCH = "research"
    DIGITAL = "digital"


class Declared(StrEnum):
    """What the applicant declares; which apply follows from kind and country."""

    TRUTH = "truth"
    NOT_STARTED = "not_started"
    NO_DOUBLE_FUNDING = "no_double_funding"
    NON_PROFIT = "non_profit"
    NOT_PARTISAN = "not_partisan"
    PUBLICITY = "publicity"
    PRIVACY = "privacy"
    #: Contrat d'engagement républicain: French associations and foundations only (loi 2021-1109).
    CER = "cer"
    #: Three people answer jointly for an informal group.
    LIABILITY = "liability"
    #: The competent body has agreed: authorities and institutions.
    COMPETENT_BODY = "competent_body"


class StepName(StrEnum):
    """The applicant's steps, in order."""

    ORGANISATION = "organisation"
    PARTNER = "partner"
    PROJECT = "project"
    PEOPLE = "people"
    DATES = "dates"
    BUDGET = "budget"
    DECLARATIONS = "declarations"
    CHECK = "check"
