"""T23: no program computes anything from a cell of ours, however it is told to split the file."""

import csv
import io
import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.config import ROOT
from grantflow.kernel.spreadsheet import harmless, written

NASTY = (
    *("=1+1", "+49 211", "-3", "@x", " =1", "\t=1", "\uff1d1", "\u3000=1", "\r=1", "\u22121", "\ufeff=1", "\u200b=1"),
    *("x,=1+1,y", "x;=1+1;y", "x\t=1+1\ty", "x, =1", 'x,"=1"', 'x";=1', 'x"";"=1', "a,b;c\t=1", "x\n=1", "x|=1"),
    *("x,\u00a0=1", "x;\uff0b1", "x,@SUM(A1)", 'x,=HYPERLINK("http://evil.example")', "x,-1+1|cmd"),
)


def cells(text: str, separator: str) -> set[str]:
    """What a program may see: as the format has it, and by cutting at each separator without regard to quotes."""
    proper = chain.from_iterable(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    return {*proper, *re.split(f"[{separator}\r\n]", text)}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("value", NASTY)
def test_no_separator_makes_a_formula(value: str, separator: str) -> None:
    text = written([{"Datei": "a.pdf", value: value, "Projekt": value, "Betrag": "1234,56"}])
    begun = {cell.strip().strip('"').strip("\u00a0\u3000\ufeff\u200b \t")[:1] for cell in cells(text, separator)}
    assert begun & set("=+-@\uff1d\uff0b\u2212") == set(), text


@given(st.text(max_size=40))
def test_every_cell_is_quoted_and_reads_back(value: str) -> None:
    text = written([{"Projekt": value, "Seiten": 3, "Nichts": None}])
    head, row = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert (head, row) == (["Projekt", "Seiten", "Nichts"], [harmless(value), "3", ""])
    assert text.startswith('"Projekt";"Seiten";"Nichts"\r\n"')


@pytest.mark.parametrize(
    "value", ["Tanz, Theater; Musik", "Köln-Bonn", "a=b", "1+1", "e@mail", "Tatami ohne Grenzen", ""]
)
def test_ordinary_words_stay(value: str) -> None:
    assert harmless(value) == value


def test_no_table_is_written_but_here() -> None:
    users = {str(p.relative_to(ROOT)) for p in ROOT.glob("grantflow/**/*.py") if re.search(r"\bcsv\b\.", p.read_text())}
    assert users == {"grantflow/kernel/spreadsheet.py"}
