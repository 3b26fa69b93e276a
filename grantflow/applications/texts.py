"""What states, steps, kinds and refusals are called, by staff and by applicants."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from grantflow.kernel.parties import Party, Side

from .states import (
    Action,
    CostType,
    Declared,
    Format,
    IncomeType,
    InKindType,
    State,
    StepName,
    Theme,
)

#: For staff.
#: A filter beside the states.
TOO_LATE_TO_START = _l("Decision too late for the start")
STATES: dict[State, Any] = {
    State.DRAFT: lazy_pgettext("state", "Draft"),
    State.SUBMITTED: lazy_pgettext("state", "Submitted"),
    State.RETURNED: lazy_pgettext("state", "Returned"),
    State.ADMITTED: lazy_pgettext("state", "Admitted"),
    State.INADMISSIBLE: lazy_pgettext("state", "Inadmissible"),
    State.IN_REVIEW: lazy_pgettext("state", "In review"),
    State.ASSESSED: lazy_pgettext("state", "Assessed"),
    State.PROPOSED: lazy_pgettext("state", "Proposed"),
    State.AWARDED: lazy_pgettext("state", "Awarded"),
    State.REJECTED: lazy_pgettext("state", "Rejected"),
    State.WITHDRAWN: lazy_pgettext("state", "Withdrawn"),
}
#: For applicants: from the admission to the decision one word, so that nothing of the deliberation shows (T13, T17).
APPLICANT_STATES: dict[State, Any] = {
    **STATES,
    State.DRAFT: lazy_pgettext("state for applicants", "Draft, not yet sent"),
    State.SUBMITTED: lazy_pgettext("state for applicants", "Sent, being checked"),
    State.RETURNED: lazy_pgettext("state for applicants", "Returned, please complete"),
    State.ADMITTED: lazy_pgettext("state for applicants", "Formally admitted"),
    State.INADMISSIBLE: lazy_pgettext("state for applicants", "Not admitted"),
    State.IN_REVIEW: lazy_pgettext("state for applicants", "Being assessed"),
    State.ASSESSED: lazy_pgettext("state for applicants", "Being assessed"),
    State.PROPOSED: lazy_pgettext("state for applicants", "Being assessed"),
    State.REJECTED: lazy_pgettext("state for applicants", "Not funded"),
}
#: Kind and icon of the badge; waiting and running are the plain outlined one.
BADGES: dict[State, tuple[str, str | None]] = {
    State.DRAFT: ("warn", "pencil"),
    State.SUBMITTED: ("plain", "send"),
    State.RETURNED: ("warn", "return"),
    State.ADMITTED: ("plain", "check"),
    State.INADMISSIBLE: ("plain", "close"),
    State.IN_REVIEW: ("plain", "clock"),
    State.ASSESSED: ("plain", "clock"),
    State.PROPOSED: ("plain", "clock"),
    State.AWARDED: ("ok", "check"),
    State.REJECTED: ("plain", "close"),
    State.WITHDRAWN: ("plain", "close"),
}
STAFF_BADGES: dict[State, tuple[str, str | None]] = {
    **BADGES,
    State.ASSESSED: ("plain", "check"),
    State.PROPOSED: ("plain", "key"),
}
#: What happened, in the timeline.
EVENTS: dict[Action, Any] = {
    Action.SUBMIT: _l("Application sent"),
    Action.RETURN: _l("Returned for completion"),
    Action.LAPSE: _l("Deadline over: the application counts as it was sent last"),
    Action.EXTEND: _l("Deadline extended"),
    Action.ADMIT: _l("Formally checked and admitted"),
    Action.EXCLUDE: _l("Formally checked and not admitted"),
    Action.BEGIN_REVIEW: _l("Assessment in both cities begun"),
    Action.COMPLETE_REVIEW: _l("Assessments complete"),
    Action.REOPEN_REVIEW: _l("Further assessment requested"),
    Action.PROPOSE: _l("Decision proposed"),
    Action.SEND_BACK: _l("Proposal taken back"),
    Action.AWARD: _l("Award decided by both cities"),
    Action.REJECT: _l("Rejection decided by both cities"),
    Action.WITHDRAW: _l("Application withdrawn"),
}
STEPS: dict[StepName, Any] = {
    StepName.ORGANISATION: lazy_pgettext("step", "Organisation"),
    StepName.PARTNER: lazy_pgettext("step", "Partner"),
    StepName.PROJECT: lazy_pgettext("step", "Project"),
    StepName.PEOPLE: lazy_pgettext("step", "People"),
    StepName.DATES: lazy_pgettext("step", "Dates"),
    StepName.BUDGET: lazy_pgettext("step", "Budget"),
    StepName.DECLARATIONS: lazy_pgettext("step", "Declarations"),
    StepName.CHECK: lazy_pgettext("step", "Check and send"),
}
SIDES: dict[Side, Any] = {
    Side.GERMAN: lazy_pgettext("side", "Düsseldorf"),
    Side.FRENCH: lazy_pgettext("side", "Toulouse"),
}

#: The partners as those who acted.
ACTORS: dict[Party, Any] = {
    Party.DUESSELDORF: lazy_pgettext("who", "Düsseldorf"),
    Party.TOULOUSE: lazy_pgettext("who", "Toulouse"),
    Party.METROPOLE: lazy_pgettext("who", "Toulouse Métropole"),
}
#: The partners as bodies that run institutions.
PARTIES: dict[Party | None, Any] = {
    Party.DUESSELDORF: lazy_pgettext("run by", "City of Düsseldorf"),
    Party.TOULOUSE: lazy_pgettext("run by", "City of Toulouse"),
    Party.METROPOLE: lazy_pgettext("run by", "Toulouse Métropole"),
}

THEMES: dict[Theme | None, Any] = {
    Theme.CIVIC: _l("Civic engagement and dialogue between generations"),
    Theme.ENVIRONMENT: _l("Environment and sustainable development"),
    Theme.DEMOCRACY: _l("Democracy and human rights"),
    Theme.EUROPE: _l("European integration"),
    Theme.HISTORY: _l("History and remembrance"),
    Theme.CULTURE: _l("Music, art and culture"),
    Theme.SPORT: _l("Health and sport"),
    Theme.ANTIDISCRIMINATION: _l("Action against discrimination, racism and antisemitism"),
    Theme.SOCIAL: _l("Social questions, equality, integration, diversity"),
    Theme.DIGITAL: _l("Digitalisation"),
}
FORMATS: dict[Format | None, Any] = {
    Format.GROUP_EXCHANGE: _l("Group exchange"),
    Format.INDIVIDUAL: _l("Individual project"),
    Format.EVENT: _l("Event"),
    Format.RESEARCH: _l("Research"),
    Format.DIGITAL: _l("Digital project"),
}
COSTS: dict[CostType, Any] = {
    CostType.TRAVEL: lazy_pgettext("costs", "Travel"),
    CostType.STAY: lazy_pgettext("costs", "Stay"),
    CostType.ORGANISATION: lazy_pgettext("costs", "Organisation"),
    CostType.MATERIAL: lazy_pgettext("costs", "Material"),
    CostType.TRAINING: lazy_pgettext("costs", "Training"),
    CostType.FEES: lazy_pgettext("costs", "Fees"),
}
INCOMES: dict[IncomeType, Any] = {
    IncomeType.OWN_FUNDS: lazy_pgettext("income", "Own funds"),
    IncomeType.PARTICIPATION: lazy_pgettext("income", "Participants’ contributions"),
    IncomeType.DONATIONS: lazy_pgettext("income", "Donations"),
    IncomeType.OTHER_PUBLIC: lazy_pgettext("income", "Other public funding"),
    IncomeType.OTHER: lazy_pgettext("income", "Other income"),
}
IN_KIND: dict[InKindType, Any] = {
    InKindType.VOLUNTEERING: lazy_pgettext("in kind", "Voluntary work"),
    InKindType.SERVICES: lazy_pgettext("in kind", "Services free of charge"),
    InKindType.GOODS: lazy_pgettext("in kind", "Goods free of charge"),
}
DECLARATIONS: dict[Declared, Any] = {
    Declared.TRUTH: _l("All statements are true and complete; we will report changes without delay."),
    Declared.NOT_STARTED: _l("The project has not begun: no contract, order, payment or publicity before the award."),
    Declared.NO_DOUBLE_FUNDING: _l(
        "We have named all other public funding applied for or received for this project, including that of the "
        "Franco-German Youth Office."
    ),
    Declared.NON_PROFIT: _l("The project is not commercial and makes no profit."),
    Declared.NOT_PARTISAN: _l("The project is neither party-political nor a purely touristic or private trip."),
    Declared.PUBLICITY: _l("All publications will name the three partners’ fund and show its logo."),
    Declared.PRIVACY: _l(
        "We have read the privacy notice and informed the people named here that the three partners process their data."
    ),
    Declared.CER: _l(
        "We subscribe to the contrat d’engagement républicain (art. 10-1 of law 2000-321 of 12 April 2000) and have "
        "informed our members of it."
    ),
    Declared.LIABILITY: _l("The people named are jointly and severally liable; the first one holds the account."),
    Declared.COMPETENT_BODY: _l("The competent body has agreed to this application."),
}

#: What is agreed to by choosing the portal, under each side's law. A new wording is a new ``rules.CONSENT_VERSION``.
CONSENTS: dict[Side, Any] = {
    Side.GERMAN: _l(
        "Düsseldorf: We consent to the Landeshauptstadt Düsseldorf providing its decisions on this application for "
        "retrieval in this portal (§ 41 (2a) VwVfG NRW). An e-mail tells us when a decision is there. It counts as "
        "notified on the day after we have retrieved it. If it is not retrieved within ten days after that e-mail was "
        "sent, it is not notified; it is then provided again or sent by post. This consent is voluntary. It can be "
        "withdrawn at any time on the page of this application; from then on decisions are sent by post."
    ),
    Side.FRENCH: _l(
        "Toulouse and Toulouse Métropole: We expressly agree to the Ville de Toulouse and Toulouse Métropole notifying "
        "us of their decisions on this application through this portal (art. L. 112-15 of the code des relations entre "
        "le public et l’administration). We sign in with our e-mail address and password and keep the address up to "
        "date in our profile. An e-mail tells us when a decision is there. It is received on the day we first open it; "
        "if it is not opened within fifteen days, it counts as notified on the day it was provided. This agreement is "
        "voluntary. It can be withdrawn at any time and without notice on the page of this application; from then on "
        "decisions are sent by post."
    ),
}

#: The applicant's next step by state: what happens, and a sentence about it. Who acts is said beside it.
NEXT: dict[State, tuple[Any, Any]] = {
    State.DRAFT: (
        _l("Complete the application and send it"),
        _l("Saved, but not yet submitted. The office sees the application only once you submit it."),
    ),
    State.SUBMITTED: (
        _l("The office checks that the application is complete"),
        _l("You need not do anything. You will get an e-mail when the check is done."),
    ),
    State.RETURNED: (
        _l("Complete the application and send it again"),
        _l("The office has returned it with a reason. It keeps its number."),
    ),
    State.ADMITTED: (
        _l("Reviewers from both cities assess the project"),
        _l("You need not do anything. Düsseldorf and Toulouse assess independently of each other."),
    ),
    State.IN_REVIEW: (
        _l("Both cities assess the project and decide together"),
        _l("You need not do anything. You will get an e-mail when the decision has been made."),
    ),
    State.INADMISSIBLE: (
        _l("The file is closed"),
        _l("The application was not admitted. You may apply again while a call is open."),
    ),
    State.AWARDED: (
        _l("Read the letters"),
        _l("Each funder grants its part by a letter of its own. The amount is a ceiling."),
    ),
    State.REJECTED: (
        _l("Read the letters"),
        _l("Each city gives its reason and says how you can appeal."),
    ),
    State.WITHDRAWN: (_l("The file is closed"), _l("You have withdrawn the application.")),
}
NEXT[State.ASSESSED] = NEXT[State.PROPOSED] = NEXT[State.IN_REVIEW]
#: The same where the deadline has passed.
TOO_LATE: dict[State, tuple[Any, Any]] = {
    State.DRAFT: (
        _l("The call has closed"),
        _l("This draft can no longer be sent. You may begin again in the next call."),
    ),
    State.RETURNED: (
        _l("The deadline has passed"),
        _l("The application can no longer be sent. Please write to the office."),
    ),
}
#: A draft that nobody else ever saw, and its state.
GIVEN_UP: tuple[Any, Any] = (_l("The file is closed"), _l("You have given up the draft."))
GIVEN_UP_STATE: Any = lazy_pgettext("state", "Given up")
#: The phases of a file, and the one each state stands in (counted from 0).
PHASES: tuple[Any, ...] = (
    lazy_pgettext("phase", "Sent"),
    lazy_pgettext("phase", "Checked"),
    lazy_pgettext("phase", "Assessed"),
    lazy_pgettext("phase", "Decided"),
    lazy_pgettext("phase", "Letters"),
)
PHASE_OF: dict[State, int] = {
    State.DRAFT: 0,
    State.RETURNED: 0,
    State.SUBMITTED: 1,
    State.ADMITTED: 2,
    State.IN_REVIEW: 2,
    State.ASSESSED: 2,
    State.PROPOSED: 2,
    State.AWARDED: 4,
    State.REJECTED: 4,
}
#: What the checklist of the formal check says of each step.
CHECKS: dict[StepName, Any] = {
    StepName.ORGANISATION: _l("The organisation’s details fit its kind"),
    StepName.PARTNER: _l("Partner from the other country"),
    StepName.PROJECT: _l("Project described, sent only once"),
    StepName.PEOPLE: _l("Voluntary engagement, no school trip, not mostly minors"),
    StepName.DATES: _l("Lead time or closing date kept, within the agreement"),
    StepName.BUDGET: _l("Budget balanced, grant within the ceiling"),
    StepName.DECLARATIONS: _l("All declarations given"),
    StepName.CHECK: _l("Sent while the call was open"),
}

MESSAGES: dict[str, Any] = {
    "not_editable": _l("This application has been sent and can no longer be changed."),
    "call_not_open": _l("The call is not open yet."),
    "call_closed": _l("The call has closed. Applications can no longer be sent."),
    "deadline_not_later": _l("The new deadline must be later than the one that holds now."),
    "return_deadline_passed": _l("The deadline for completing the application has passed. Please write to the office."),
    "already_filed": _l("Your organisation has already sent this project in this call."),
    "partner_missing": _l("Name a partner from the other country, or say that you are looking for one."),
    "partner_withdrew": _l("This partner organisation has withdrawn from the application. Please name another one."),
    "no_partner_to_leave": _l("No partner organisation takes part in this application, or it can no longer withdraw."),
    "nothing_to_confirm": _l("There is nothing to confirm in this application."),
    "partner_same_country": _l("The partner must have its seat in the other country."),
    "partner_incomplete": _l("Enter the partner’s name, city, contact person and e-mail address."),
    "partner_role_missing": _l("Describe what each side does in the project."),
    "flagship_needs_partner": _l("A flagship project (category 4) needs a partner from the other country."),
    "flagship_equal_roles": _l("In a flagship project (category 4) both partners carry the project equally."),
    "missing_title": _l("Give the project a title."),
    "title_unprintable": _l("The title has characters that no letter can print: %(characters)s"),
    "missing_summary": _l("Describe the project in a few sentences."),
    "missing_theme": _l("Choose a theme."),
    "missing_format": _l("Choose the type of project."),
    "missing_places": _l("Name the places where the project happens."),
    "missing_participants_german": _l("Enter how many people from Germany take part."),
    "missing_participants_french": _l("Enter how many people from France take part."),
    "missing_volunteers": _l("Enter how many volunteers help."),
    "missing_volunteer_hours": _l("Enter the volunteers’ hours."),
    "answer_missing": _l("Please answer the question “%(question)s”."),
    "missing_mostly_minors": _l("Say whether most participants are under 18."),
    "missing_is_school_trip": _l("Say whether this is a school trip or school exchange."),
    "refer_minors": _l(
        "Projects with mostly minors are funded by the Franco-German Youth Office (DFJW/OFAJ), not by this fund."
    ),
    "refer_school_trip": _l(
        "School exchanges are funded by the Franco-German Youth Office (DFJW/OFAJ), not by this fund."
    ),
    "no_volunteers": _l("The project must rest mainly on voluntary engagement."),
    "no_participants": _l("Nobody takes part yet: enter the participants of at least one side."),
    "missing_starts_on": _l("Enter the first day of the project."),
    "missing_ends_on": _l("Enter the last day of the project."),
    "ends_before_start": _l("The project ends before it begins."),
    "outside_agreement": _l("The project must lie within the cities’ agreement, at the latest until %(until)s."),
    "no_closing_left": _l("There is no further closing date for flagship projects (category 4) in this call."),
    "starts_before_closing": _l("A flagship project (category 4) begins after the closing date, %(closing)s."),
    "starts_too_soon": _l(
        "The project must begin at least %(days)d days after sending: not before %(earliest)s if you send today."
    ),
    "no_costs": _l("Enter the costs of the project."),
    "nothing_requested": _l("Enter the grant you ask for."),
    "line_incomplete": _l("A line of the budget has no description or no amount."),
    "income_missing": _l("The budget is not balanced: %(amount_cents)s of income is missing."),
    "income_exceeds": _l("The budget is not balanced: income exceeds costs by %(amount_cents)s."),
    "above_ceiling": _l(
        "You ask for more than %(share)d %% of the eligible costs, the ceiling of category %(category)d. "
        "Ask for at most %(most_cents)s."
    ),
    "in_kind_unequal": _l("Contributions in kind: use (86) and source (87) must be equal."),
    "name_other_funding": _l("Say which other public funding you have applied for or received."),
    "declare_truth": _l("Declare that all statements are true."),
    "declare_not_started": _l("Only projects that have not begun can be funded: please declare it."),
    "declare_no_double_funding": _l("Declare that you have named all other public funding."),
    "declare_non_profit": _l("Commercial projects cannot be funded: declare that yours is not commercial."),
    "declare_not_partisan": _l("Party-political projects cannot be funded: declare that yours is not party-political."),
    "declare_publicity": _l("Declare that publications will name the fund."),
    "declare_privacy": _l("Declare that you have read the privacy notice."),
    "missing_channel": _l("Choose how the decisions shall reach you: through this portal or by post."),
    "channel_fixed": _l("The decisions have been issued, or the file is closed: this can no longer be changed."),
    "declare_cer": _l("French associations and foundations subscribe to the contrat d’engagement républicain."),
    "declare_liability": _l("The people of an informal group declare that they are jointly liable."),
    "declare_competent_body": _l("Declare that the competent body has agreed."),
    "reason_needed": _l("Please give the reason; the applicant will read it."),
}
