"""Words for reviews in the reader's language."""

from typing import Any

from flask_babel import lazy_gettext as _l

from .states import Need

MESSAGES: dict[str, Any] = {
    "review_not_your_side": _l("Each office assigns the reviewers of its own side."),
    "review_not_yourself": _l("You cannot assign yourself. Please ask a colleague of your office."),
    "review_not_a_reviewer": _l("This person is not an active reviewer. An administrator can grant the role."),
    "review_already_assigned": _l("This person is already assigned to this file or has recused themself from it."),
    "review_is_applicant": _l("This person acts for the applicant and cannot review the file."),
    "review_is_biased": _l(
        "This person has a standing conflict of interest with an organisation of this file and cannot review it."
    ),
    "review_closed": _l("This file is not in review: reviewers can neither be assigned nor work on it now."),
    "review_side_full": _l(
        "Your city has its reviewers for this file. Both cities have equally many, so that they weigh alike. To "
        "replace somebody, remove them first."
    ),
    "review_no_third_due": _l("No third review is due for this file, or one has been asked for already."),
    "review_not_blind": _l(
        "As office or signatory this person could already read the reviews of this file. The third reviewer must not "
        "know them."
    ),
    "review_nomination_moved": _l(
        "The proposal for the third review has changed in the meantime. Please look at it again."
    ),
    "review_own_nomination": _l("Your own office has proposed this person. The other office confirms."),
    "review_begun": _l("This reviewer has already submitted or declared a conflict: the assignment stays on record."),
    "review_already_declared": _l("You have already declared for this file. Your declaration stands."),
    "review_undeclared": _l("Please declare first whether you have a conflict of interest."),
    "review_reason_missing": _l("Please say in one sentence what the conflict is."),
    "review_confidentiality_missing": _l("Please confirm that you keep the file confidential."),
    "review_final": _l("This review has been submitted. It can no longer be changed."),
    "review_reviewer_missing": _l("Please choose a reviewer."),
    "review_points_missing": _l("Please give 0 to 10 points."),
    "review_comment_missing": _l("Please give the reason for your points."),
    "review_amount_missing": _l("Please recommend an amount; 0 means no grant."),
    "review_amount_too_high": _l("Please recommend at most the amount requested."),
    "review_summary_missing": _l("Please sum up your review in a comment."),
}

#: What waits on the page "My tasks".
TO_DECLARE = _l("Declare whether you have a conflict of interest")
TO_SCORE = _l("Review files")
NEEDS: dict[Need, Any] = {
    Need.REVIEWER: _l("Assign a reviewer of your side"),
    Need.THIRD: _l("Propose a third reviewer"),
    Need.CONFIRMATION: _l("Confirm the third reviewer"),
}
