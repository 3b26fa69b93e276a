"""Shape of what reviewers send. What is missing for a submission is the service's question, not the form's."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Optional

from grantflow.calls.models import Criterion
from grantflow.calls.rules import POINTS
from grantflow.calls.texts import criterion_title
from grantflow.kernel.errors import Reason
from grantflow.platform import errors
from grantflow.platform.forms import Form, MoneyField, RadioField, Text, choices, chosen
from grantflow.platform.saving import SavingForm

from .models import Assessment
from .rules import Mark

#: Each reviewer has one assessment of a file: its revisions need no other name.
MARK = 1

#: Characters of a comment on one criterion.
COMMENT_LIMIT = 1000


class DeclareForm(Form):
    conflict = RadioField(
        _l("Do you have a conflict of interest in this file?"),
        [chosen()],
        choices=choices({"no": _l("No, I can judge it impartially"), "yes": _l("Yes, I recuse myself")}),
    )
    reason = Text(_l("What is the conflict?"), limit=500, printed=False)
    confidential = BooleanField(
        _l(
            "I keep the file confidential, use it for this review only, and speak to nobody about my scores "
            "before both sides have submitted theirs."
        )
    )


class Grid(SavingForm):
    """The assessment; ``grid_of`` adds the fields, in the order of the page: errors are listed in that order."""

    recommended: MoneyField
    comment: Text

    def marks(self, criteria: Sequence[Criterion]) -> dict[int, Mark]:
        return {
            c.position: Mark(self[f"points_{c.position}"].data, self[f"comment_{c.position}"].data or "")
            for c in criteria
        }

    def list_missing(self, reasons: Sequence[Reason]) -> None:
        """Hang each reason on its field, so that the summary links to it."""
        for reason in reasons:
            field = self[reason.step]
            field.errors = [*field.errors, errors.describe(reason)]


def grid_of(criteria: Sequence[Criterion], assessment: Assessment | None, marks: Mapping[int, Mark]) -> Grid:
    """The grid for these criteria, filled with what is saved so far."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for criterion in criteria:
        number, title = criterion.position, criterion_title(criterion)
        fields[f"points_{number}"] = RadioField(
            title, [Optional()], choices=choices({n: str(n) for n in range(POINTS + 1)}), coerce=int
        )
        fields[f"comment_{number}"] = Text(
            gettext("Comment on “%(criterion)s”", criterion=title), limit=COMMENT_LIMIT, printed=False
        )
        mark = marks.get(number, Mark())
        data |= {f"points_{number}": mark.points, f"comment_{number}": mark.comment}
    fields["recommended"] = MoneyField(gettext("Recommended amount"), [Optional()])
    fields["comment"] = Text(gettext("Overall comment"), limit=3000, printed=False)
    if assessment:
        data |= {"recommended": assessment.recommended_cents, "comment": assessment.comment}
    form = cast(Grid, type("CallGrid", (Grid,), fields)(data=data))
    form.show(MARK, assessment.revision if assessment else 0)
    return form
