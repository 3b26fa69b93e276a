"""What the buttons beside lines do to a draft, and the short names that nobody typed."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from grantflow.kernel import text

#: Lists of a draft, with what names a line, if it has a short name.
LISTS = ("categories", "criteria", "questions", "papers", "envelopes")
LONGEST = 40


def after(action: str, content: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What ``add:questions``, ``remove:questions:3``, ``up:…`` or ``down:…`` makes of a draft, and where on the page
    that is. Whatever else is pressed changes nothing."""
    made = deepcopy(dict(content))
    verb, _, where = action.partition(":")
    name, _, number = where.partition(":")
    if name not in LISTS:
        return made, ""
    lines = made.setdefault(name, [])
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
    if verb == "add":
        lines.append({})
        place = len(lines) - 1
    elif 0 <= place < len(lines):
        if verb == "remove":
            del lines[place]
        elif verb in ("up", "down"):
            to = max(0, min(len(lines) - 1, place + (1 if verb == "down" else -1)))
            lines.insert(to, lines.pop(place))
            place = to
    return made, f"{name}-{place}" if 0 <= place < len(lines) else name


def with_codes(content: Mapping[str, Any]) -> dict[str, Any]:
    """Lines without a short name get one from their German title or question."""
    made = deepcopy(dict(content))
    for name, words in (("criteria", "title"), ("questions", "label"), ("papers", "title")):
        taken = {line.get("code") for line in made.get(name, ())}
        for line in made.get(name, ()):
            if not line.get("code") and (code := _code(line.get(words, {}).get("de", ""), taken)):
                line["code"] = code
                taken.add(code)
    return made


def _code(title: str, taken: set[Any]) -> str:
    words = "_".join(text.fold(title).split())
    base = "".join(char for char in words if char.isascii() and (char.isalnum() or char == "_")).lstrip("_0123456789")
    base = base[: LONGEST - 3].strip("_")
    names = (base if number == 1 else f"{base}_{number}" for number in range(1, 100))
    return next((name for name in names if name not in taken), "") if base else ""
