"""Forms of editions. The form of a draft is made from its document: one field for each value that people type."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from types import NoneType
from typing import Any, get_args

from annotated_types import MaxLen
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from wtforms import BooleanField, Field, HiddenField
from wtforms.validators import InputRequired, Optional

from grantflow.accounts.forms import ProofForm
from grantflow.kernel.errors import Invalid
from grantflow.platform.forms import DateField, Form, Line, Text, WholeField, required

from .kinds import Kind
from .models import Edition
from .rules import DAY, REASON, Content, Flaw, Path

#: From this length on a text has paragraphs.
_PROSE = 1000
#: What nobody need have typed yet: a draft may wait for it, and only signing asks.
_EMPTINESS = frozenset({"flaw.missing", "flaw.string_too_short"})


class KeyForm(ProofForm):
    """One's word for what was seen, and once more who gives it."""

    digest = HiddenField(validators=[required()])


class DiscardForm(Form):
    reason = Text(_l("Reason"), [required()], limit=1000, printed=False)


class NewForm(Form):
    key = Line(_l("Year"), [required()], limit=20)


class EditionForm(Form):
    """What every draft has beside its document; ``of`` adds the document's own fields."""

    seen = WholeField(validators=[InputRequired()])
    edition_valid_from = DateField(_l("In force from"), [Optional()])
    edition_reason = Text(_l("Reason for the change"), [Optional()], limit=1000, printed=False)

    document: type[BaseModel]
    kept: Content

    def content(self) -> Content:
        """The document as it was typed; what was left open is left out, what no field shows stays as it was."""
        return _collected(self, self.document, (), self.kept)

    def reveal(self, flaws: Sequence[Flaw]) -> bool:
        """Hang what is wrong, not only open, on its field. Returns whether there is anything."""
        wrong = [flaw for flaw in flaws if flaw.key not in _EMPTINESS]
        for flaw in wrong:
            self.blame(Invalid(flaw.key, field=_field_of(flaw), **flaw.facts))
        return bool(wrong)


def _field_of(flaw: Flaw) -> str:
    return {DAY: "edition_valid_from", REASON: "edition_reason"}.get(flaw.path) or _name(flaw.path)


def _name(path: Path) -> str:
    return ".".join(str(step) for step in path)


def edition_form(kind: Kind[Any], edition: Edition) -> EditionForm:
    """The form of this draft, filled in with what is saved."""
    fields = {_name(path): _field(kind, path, info, annotation) for path, info, annotation in _leaves(kind.document)}
    made = type("EditionForm", (EditionForm,), {**fields, "document": kind.document, "kept": edition.content})
    data: dict[str, Any] = {_name(path): _read(edition.content, path, its) for path, _, its in _leaves(kind.document)}
    form: EditionForm = made(
        data={
            **data,
            "seen": edition.revision,
            "edition_valid_from": edition.valid_from,
            "edition_reason": edition.reason,
        }
    )
    if not kind.is_dated:
        del form.edition_valid_from
    return form


def _leaves(document: type[BaseModel], path: Path = ()) -> Iterator[tuple[Path, FieldInfo, Any]]:
    """Every value that is typed: its place, what is known of it, and its plain type."""
    for name, info in document.model_fields.items():
        if inner := _inner(info):
            yield from _leaves(inner, (*path, name))
        elif info.annotation in (str, int, bool, date):
            yield (*path, name), info, info.annotation


def _inner(info: FieldInfo) -> type[BaseModel] | None:
    """The document within a document, whether or not it may be left out."""
    found = [its for its in (get_args(info.annotation) or (info.annotation,)) if its is not NoneType]
    if len(found) == 1 and isinstance(found[0], type) and issubclass(found[0], BaseModel):
        return found[0]
    return None


def _field(kind: Kind[Any], path: Path, info: FieldInfo, annotation: Any) -> Any:
    label = _label(kind, path)
    if annotation is bool:
        return BooleanField(label)
    if annotation is int:
        return WholeField(label, [Optional()])
    if annotation is date:
        return DateField(label, [Optional()])
    limit = next((its.max_length for its in info.metadata if isinstance(its, MaxLen)), 200)
    return (Text if limit >= _PROSE else Line)(label, [Optional()], limit=limit)


def _label(kind: Kind[Any], path: Path) -> str:
    """Within its group, which says the first part already."""
    whole, group = kind.label(path), kind.label(path[:1])
    return whole.removeprefix(group).lstrip(" –") or whole


def _read(content: Mapping[str, Any], path: Path, annotation: Any) -> Any:
    found: Any = content
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return date.fromisoformat(found) if annotation is date and found else found


def _collected(form: EditionForm, document: type[BaseModel], path: Path, kept: Any) -> Content:
    made: Content = {}
    kept = kept if isinstance(kept, Mapping) else {}
    for name, info in document.model_fields.items():
        field: Field | None = form._fields.get(_name((*path, name)))
        if inner := _inner(info):
            values = _collected(form, inner, (*path, name), kept.get(name))
            if values or info.is_required():
                made[name] = values
        elif field is not None:
            if field.data not in (None, ""):
                made[name] = field.data.isoformat() if isinstance(field.data, date) else field.data
        elif name in kept:
            made[name] = deepcopy(kept[name])
    return made


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one legend, in rows; texts in both languages stand side by side."""

    legend: str
    rows: list[list[Field]]


def groups(kind: Kind[Any], form: EditionForm) -> list[Group]:
    found: dict[str, Group] = {}
    for path, _, _ in _leaves(kind.document):
        legend = kind.label(path[:1]) if len(path) > 1 else ""
        group = found.setdefault(str(path[0]) if legend else "", Group(legend, []))
        field = form[_name(path)]
        if path[-1] == "fr":
            group.rows[-1].append(field)
        else:
            group.rows.append([field])
    return list(found.values())
