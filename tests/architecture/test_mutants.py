"""The table of faults keeps up with the code: each text stands exactly once, each test exists."""

from collections import Counter

import pytest

from grantflow.config import ROOT
from tests.mutants import Mutant, table


@pytest.mark.parametrize("mutant", table(), ids=lambda mutant: mutant.name)
def test_a_fault_can_still_be_put_back(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old) == 1
    assert mutant.old != mutant.new
    path, *_, name = mutant.test.partition("[")[0].split("::")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(mutant.name for mutant in table()).items() if count > 1] == []
