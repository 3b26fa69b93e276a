"""What both changed, as the page shows it: both texts, who saved the other one and when, and what may stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import wtforms
from flask import request
from flask_babel import gettext as _
from flask_babel import pgettext

from grantflow.kernel.errors import Clash
from grantflow.kernel.merging import BOTH, GONE, MINE, THEIRS
from grantflow.kernel.parties import Actor

from .forms import DateField, Form, Text, Typed
from .saving import CHOICE


@dataclass(frozen=True, slots=True)
class Dispute:
    """One entry that both changed; texts as they are read, "" for nothing."""

    #: Of the radio buttons.
    name: str
    label: str
    theirs: str
    mine: str
    #: Whose theirs are; None: the reader's own, from another window. "" where nobody knows.
    who: str | None
    at: datetime | None
    #: Values and words.
    choices: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class Disputes:
    """All of a form. ``offered`` names the revision that the choices are about."""

    entries: list[Dispute]
    offered: str


Label = Callable[[str], str]
Find = Callable[[str], wtforms.Field | None]
Speak = Callable[[str, Any], str]


def of(
    clash: Clash,
    form: Form,
    mark: object,
    *,
    by: Actor,
    called: Callable[[UUID], str] = str,
    label: Label | None = None,
    speak: Speak | None = None,
    find: Find | None = None,
) -> Disputes:
    """``called`` knows people's names; ``label``, ``speak`` and ``find`` the words and the fields for names that are no
    fields of ``form``.
    """
    find = find or form._fields.get
    label, speak = (
        label or (lambda name: label_of(form, name)),
        speak or (lambda name, value: spoken(form, name, value)),
    )
    entries = []
    offered = f"{mark}.{clash.revision}"
    # What was chosen about another text is not chosen.
    chosen = request.form if request.form.get("offered") == offered else {}
    for conflict in clash.conflicts:
        change = clash.changed.get(conflict.name)
        texts = [speak(conflict.name, conflict.theirs), _unread(find(conflict.name))]
        texts[1] = texts[1] or speak(conflict.name, conflict.mine)
        entries.append(
            Dispute(
                name=CHOICE + conflict.name,
                label=label(conflict.name),
                theirs=texts[0],
                mine=texts[1],
                who="" if change is None else None if change.by_id == by.id else called(change.by_id),
                at=change.at if change else None,
                choices=_choices(form, conflict.name, *texts),
                chosen=chosen.get(CHOICE + conflict.name, ""),
            )
        )
    return Disputes(entries, offered)


def _unread(field: wtforms.Field | None) -> str:
    """What was typed and could not be read, so that no value stands for it."""
    return str(field._value()) if isinstance(field, Typed) and field.process_errors else ""


def _choices(form: Form, name: str, theirs: str, mine: str) -> list[tuple[str, str]]:
    found = [(MINE, _("Keep what is typed here")), (THEIRS, _("Keep what is saved"))]
    field = form._fields.get(name)
    if isinstance(field, Text) and theirs and mine and len(theirs) + len(mine) + 2 <= field.limit:
        found.append((BOTH, _("Keep both, one after the other")))
    return found


def label_of(form: Form, name: str) -> str:
    return str(form[name].label.text)


def spoken(form: Form, name: str, value: Any) -> str:
    """A value of the record as its field of the form would show it; what is no field is said or not."""
    field = form._fields.get(name)
    if value is GONE or value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(pgettext("answer", "Yes") if value else pgettext("answer", "No"))
    if isinstance(field, wtforms.SelectField):  # a menu, or one of a few
        return next((str(words) for its, words, *_more in field.iter_choices() if str(its) == str(value)), str(value))
    if isinstance(field, Typed):
        return str(field.write(date.fromisoformat(value) if isinstance(field, DateField) else value))
    return str(value)


def taken(labels: Sequence[str]) -> str:
    """What a save has left as somebody else had changed it."""
    said: str = _(
        "Saved together with what has been changed elsewhere since you opened this page: %(names)s.",
        names=", ".join(dict.fromkeys(labels)),
    )
    return said


def newer(labels: Sequence[str]) -> str:
    """What was not there when the page was opened that was to be sent."""
    said: str = _(
        "Since you opened this page, something has been changed elsewhere: %(names)s. "
        "Nothing is sent yet: please check it, then send again.",
        names=", ".join(dict.fromkeys(labels)),
    )
    return said
