"""The words for what two writers of one file changed: names of the record and values, as the forms show them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from grantflow.accounts import queries as people
from grantflow.kernel.errors import Clash
from grantflow.kernel.merging import GONE, Print
from grantflow.kernel.parties import Party, Side
from grantflow.organisations import texts as organisation_texts
from grantflow.organisations.states import Kind
from grantflow.platform import disputes, locale
from grantflow.platform.access import current_actor
from grantflow.platform.disputes import Disputes

from .. import forms, queries, texts
from ..models import Version
from ..states import Declared, StepName

#: Fields of the forms that are called otherwise than what they write.
FIELDS = {"partner_search": "has_partner", "requested_cents": "requested"}
#: What the parts of a line or of a partner say, in words.
WORDS: dict[str, Any] = {
    "type": lambda value: next(names[value] for names in (texts.COSTS, texts.INCOMES, texts.IN_KIND) if value in names),
    "side": lambda value: texts.SIDES[Side(value)],
    "cents": locale.money,
    "kind": lambda value: organisation_texts.KINDS[Kind(value)],
    "run_by": lambda value: texts.PARTIES[Party(value)],
}
#: In the order in which a line or a partner is told.
TOLD = ("type", "name", "description", "side", "cents", "city", "contact_name", "email", "run_by", "role")


def form_of(version: Version, step: StepName) -> Any:
    """The form of a step with what was sent into it, bound to nothing else."""
    plain = forms.STEPS[step]
    return forms.asking(plain, queries.of_step(version.application.call, step))() if step in queries.ASKING else plain()


def label(form: Any, name: str) -> str:
    """What the page calls it."""
    group, _dot, cell = name.partition(".")
    if group == "line":
        return str(form.words_of(*cell.partition(".")[::2]) or _("Line of the budget"))
    if name == "partner":
        return str(texts.STEPS[StepName.PARTNER])
    field = _field(form, name)
    if field is None:
        return str(texts.STEPS[StepName.PARTNER] if group == "partner" else texts.DECLARATIONS[Declared(name)])
    return str(field.label.text)


def _field(form: Any, name: str) -> Any:
    """The field that was typed into; None for what is no single field."""
    group, _dot, cell = name.partition(".")
    return form.cell(*cell.partition(".")[::2]) if group == "line" else form._fields.get(FIELDS.get(name, cell or name))


def spoken(form: Any, name: str, value: Any) -> str:
    """A value as the page would show it; of a whole line its cells, one after the other."""
    group, _dot, cell = name.partition(".")
    if isinstance(value, dict):
        cells = {its.rpartition(".")[2]: found for its, found in value.items()}
        told = [its for its in TOLD if cells.get(its) and not isinstance(cells[its], Print | type(GONE))]
        return ", ".join(str(_word(its, cells[its])) for its in told)
    if value is GONE or value is None or value == "":
        return ""
    if group in {"line", "partner"} and cell:
        return str(_word(cell.rpartition(".")[2], value))
    field = FIELDS.get(name, name)
    if name == "partner_search":
        value = "no" if value else "yes"
    return disputes.spoken(form, field, value)


def _word(cell: str, value: Any) -> Any:
    return WORDS[cell](value) if cell in WORDS else value


def taken(form: Any, names: Sequence[str]) -> str:
    return disputes.taken([label(form, name) for name in names])


def both_changed(clash: Clash, form: Any, version: Version) -> Disputes:
    return disputes.of(
        clash,
        form,
        version.number,
        by=current_actor(),
        called=people.name_of,
        label=lambda name: label(form, name),
        speak=lambda name, value: spoken(form, name, value),
        find=lambda name: _field(form, name),
    )


def newer(version: Version, changes: Sequence[queries.Changed]) -> list[dict[str, Any]]:
    """What has changed since a page was opened, as the check shows it."""
    grouped: dict[tuple[StepName, str], list[queries.Changed]] = {}
    for change in changes:  # a line of the budget or the partner is one thing
        grouped.setdefault((change.step, change.name.rpartition(".")[0] or change.name), []).append(change)
    found = []
    for (step, name), cells in grouped.items():
        form, last = form_of(version, step), max(cells, key=lambda change: change.at)
        is_one = cells[0].name == name
        sides = [
            getattr(cells[0], side) if is_one else {its.name: getattr(its, side) for its in cells}
            for side in ("before", "after")
        ]
        texts_ = ["" if isinstance(side, Print) else spoken(form, name, side) for side in sides]
        words = {"label": label(form, name), "before": texts_[0], "after": texts_[1]}
        found.append({**words, "step": step, "who": people.name_of(last.by_id), "at": last.at})
    return found
