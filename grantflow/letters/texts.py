"""Words for letters in the reader's language."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from .rules import Slot
from .states import Channel, Kind, Standing

KINDS: dict[Kind, Any] = {
    Kind.AWARD: lazy_pgettext("letter", "Award"),
    Kind.REJECTION: lazy_pgettext("letter", "Rejection"),
}
CHANNELS: dict[Channel, Any] = {
    Channel.PORTAL: _l("Through this portal"),
    Channel.POST: _l("By post, on paper"),
}
STANDINGS: dict[Standing, Any] = {
    Standing.ACT: lazy_pgettext("letter", "Binding"),
    Standing.COURTESY: lazy_pgettext("letter", "Translation for reading"),
}
#: What stands in a body before the second key fills it in.
SLOTS: dict[Slot, Any] = {
    Slot.DAY: _l("day of the second signature"),
    Slot.REGISTER_NUMBER: _l("number of the act"),
    Slot.SIGNATORY: _l("name of the signatory"),
    Slot.SIGNATORY_FUNCTION: _l("function of the signatory"),
    Slot.FUNDING_START: _l("day of the second signature, or start of the project if that comes first"),
    Slot.DELIBERATION: _l("number and date of the délibération, still missing"),
}

MESSAGES: dict[str, Any] = {
    "letter_without_remedy": _l("The letter lacks the instruction on legal remedies: court, address and period."),
    "letter_without_signatory": _l("The letter lacks the name or the function of whoever signs it."),
    "letter_without_sender": _l("The letter lacks details of the funder: name, authority, department or contact."),
    "letter_without_address": _l("The letter lacks the recipient’s name or postal address."),
    "letter_address_too_long": _l("The recipient’s address does not fit into the window of the envelope."),
    "letter_without_country": _l("The letter needs an address in Germany or France."),
    "letter_without_subject": _l("The letter lacks the number, the title of the project or its legal basis."),
    "letter_without_reason": _l("A rejection needs its reason in the language of the funder, and no amount."),
    "letter_without_award": _l("An award needs its amounts."),
    "letter_split_mismatch": _l("The shares of the funders do not add up to the award."),
    "letter_plan_mismatch": _l("Award and own funds do not add up to the eligible costs."),
    "letter_instalments_mismatch": _l("The instalments do not add up to the amount."),
    "letter_dates_mismatch": _l("The dates of funding period, project and report contradict each other."),
    "letter_without_deliberation": _l("A French funder’s letter needs number and date of the délibération."),
    "letter_without_purpose": _l("An award needs its purpose in the language of the funder."),
    "letter_condition_untranslated": _l("Each condition is needed in the language of every funder."),
    "letter_unprintable": _l("These characters cannot be printed in a letter: %(characters)s"),
    "letter_erased": _l("The text of this letter is erased. Number, amount and checksum remain."),
    "letter_not_ready": _l("This letter is still being made. Please try again in a minute."),
    "letter_damaged": _l("The file of this letter is damaged and is being made again. Please try in a few minutes."),
    "letter_lost": _l(
        "The file of this letter is damaged and must be brought back from the backup. The administrators see this."
    ),
    "no_letter_chosen": _l("Please choose at least one letter."),
}
