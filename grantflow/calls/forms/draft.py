"""The form of a draft, made from its document: a field for each value, lines for each list, called by their paths."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import wtforms
from annotated_types import MaxLen
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from wtforms import BooleanField, Field, FormField
from wtforms.validators import InputRequired, Optional

from grantflow.kernel.errors import Reason
from grantflow.platform import errors
from grantflow.platform.forms import Form, Line, Rows, SelectField, SelectMultipleField, Text, WholeField
from grantflow.releases.rules import Flaw, Path

from .. import texts
from ..documents import CallDocument
from .fields import AmountField, DayField, MinuteField, MinutesField

#: What nobody need have typed yet: a draft may wait for it, and only signing asks.
EMPTINESS = frozenset({"flaw.missing", "flaw.string_too_short", "flaw.too_short"})
#: So many characters fit into each text: nobody reads more beside a field.
PROSE = 1500
#: Given by the place of its line.
_COUNTED = ("categories", "number")
_FIELDS: Mapping[type, type[Field]] = {Decimal: AmountField, date: DayField, datetime: MinuteField, int: WholeField}


class DraftForm(Form):
    """What every draft has beside its document; ``draft_form`` adds the fields of the document."""

    seen = WholeField(validators=[InputRequired()])
    reason = Text(_l("Reason for the change"), [Optional()], limit=1000, printed=False)

    def content(self) -> dict[str, Any]:
        """The document as it was typed; what was left open is left out."""
        made = _collected(self)
        for place, category in enumerate(made.get("categories", ()), 1):
            category["number"] = place
        return made

    def reveal(self, flaws: Sequence[Flaw], *, all_of_them: bool) -> int:
        """Hang what is wrong on its field, what is only open only where ``all_of_them`` are asked for. Returns how many
        were passed over."""
        shown = [flaw for flaw in flaws if all_of_them or flaw.key not in EMPTINESS]
        for flaw in shown:
            field, name = _found(self, flaw.path)
            error = Reason(flaw.key, facts=dict(flaw.facts))
            if field is None:
                its = errors.describe(error)
                self.form_errors.append(f"{texts.label(name)}: {its}" if name else its)
            else:
                field.errors = [*field.errors, errors.describe(error)]
        return len(flaws) - len(shown)


def _found(form: wtforms.Form, path: Path) -> tuple[Field | None, Path]:
    """The field of a value that is typed, or None and what to call the place instead."""
    if path[:1] == ("edition",):
        return form._fields.get(str(path[-1])), ()
    here: Any = form
    for step in path:
        inner = here.form if isinstance(here, FormField) else here
        if isinstance(inner, wtforms.FieldList) and isinstance(step, int):
            here = inner.entries[step] if step < len(inner.entries) else None
        elif isinstance(inner, wtforms.Form):
            here = inner._fields.get(str(step))
        if here is None:
            return None, path[:1]
    return (None, path[:1]) if isinstance(here, (FormField, wtforms.FieldList)) else (here, path)


def draft_form(content: Mapping[str, Any], *, revision: int, reason: str) -> DraftForm:
    """Filled in with what is saved, or with what was sent."""
    form: DraftForm = _form(CallDocument, DraftForm, ())(data={**content, "seen": revision, "reason": reason})
    known = dict.fromkeys(its.form["code"].data for its in form["criteria"].entries if its.form["code"].data)
    # One that went or was renamed stays to be seen, until somebody takes it away; no other is taken.
    saved = {code for question in content.get("questions") or () for code in question.get("informs") or ()}
    for question in form["questions"].entries:
        informs = question.form["informs"]
        codes = [*known, *(code for code in informs.data or () if code in saved and code not in known)]
        titles = {its.form["code"].data: its.form["title"].form for its in form["criteria"].entries}
        informs.choices = [(code, texts.in_reading(titles[code].data) if code in titles else code) for code in codes]
    return form


@cache
def _form(document: type[BaseModel], base: type[wtforms.Form], path: Path) -> Any:
    fields = {
        name: _field(info, (*path, name)) for name, info in document.model_fields.items() if (*path, name) != _COUNTED
    }
    return type(document.__name__, (base,), fields)


def _field(info: FieldInfo, path: Path) -> Field:
    plain, metadata = _plain(info.annotation, info.metadata)
    default = None if info.is_required() else info.default
    label = texts.called(path)
    if get_origin(plain) is tuple:
        return _list(_plain(get_args(plain)[0], ())[0], label, path)
    if issubclass(plain, BaseModel):
        return FormField(_form(plain, wtforms.Form, path), label)
    if issubclass(plain, StrEnum):
        return SelectField(label, [Optional()], choices=lambda: [("", "–"), *texts.options(plain)], filters=[_or_none])
    if plain is bool:
        return BooleanField(label, default=default)
    if plain is str:
        limit = next((its.max_length for its in metadata if isinstance(its, MaxLen)), 200)
        return (Text if limit > PROSE else Line)(label, [Optional()], limit=min(limit, PROSE))
    return _FIELDS[plain](label, [Optional()], default=default)


def _list(item: type, label: Any, path: Path) -> Field:
    if issubclass(item, BaseModel):
        return Rows(FormField(_form(item, wtforms.Form, path)), label)
    if item is datetime:
        return MinutesField(label, [Optional()])
    choices = (lambda: texts.options(item)) if issubclass(item, StrEnum) else ()
    return SelectMultipleField(label, [Optional()], choices=choices)


def _plain(annotation: Any, metadata: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
    """Without what may be left out and what else is asked of it."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            metadata = (*metadata, *more)
        elif get_origin(annotation) in (Union, UnionType):
            [annotation] = [its for its in get_args(annotation) if its is not NoneType]
        else:
            return annotation, metadata


def _or_none(value: Any) -> Any:
    return value or None


def _collected(form: wtforms.Form) -> dict[str, Any]:
    return {name: value for name, value in _values(form) if value not in (None, "", {}, [])}


def _values(form: wtforms.Form) -> Iterator[tuple[str, Any]]:
    for name, field in form._fields.items():
        if name in ("seen", "reason", "csrf_token"):
            continue
        if isinstance(field, FormField):
            yield name, _collected(field.form)
        elif isinstance(field, wtforms.FieldList):
            yield name, [_collected(entry.form) for entry in field.entries]
        else:
            yield name, field.data
