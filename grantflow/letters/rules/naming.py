"""Numbers, names of files, and what lists and spreadsheets are given."""

import re
import unicodedata

from ..states import Standing


def register_number(prefix: str, year: int, count: int) -> str:
    """``D-2026-0001``: gapless for each funder and year."""
    return f"{prefix}-{year}-{count:04d}"


def file_name(register: str, standing: Standing, language: str, project_title: str) -> str:
    """``D-2026-0412_Tatami-ohne-Grenzen.pdf``: ASCII only, safe on every system, also inside a ZIP."""
    slug = _slug(project_title)
    mark = f"_{language}" if standing is Standing.COURTESY else ""
    return f"{register}{mark}{'_' + slug if slug else ''}.pdf"


_FOLDS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "œ": "oe",
        "Œ": "Oe",
        "æ": "ae",
        "Æ": "Ae",
    }
)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_FOLDS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain)[:60].strip("-")
