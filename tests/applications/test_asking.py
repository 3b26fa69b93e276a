"""What a call asks an application by the amount it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.applications.rules import CategoryTerms, Question, asked
from grantflow.applications.states import StepName
from grantflow.kernel.money import eur

CATEGORIES = [
    CategoryTerms(number=number, up_to_cents=up_to and eur(up_to), share_bp=8000, min_score=30, lead_days=42)
    for number, up_to in ((1, 5_000), (2, 10_000), (3, 50_000), (4, None))
]


def question(asked_from: int = 1, required_from: int | None = 1, text: str = "") -> Question:
    return Question(
        code="who",
        step=StepName.PEOPLE,
        label="Wer?",
        asked_from=asked_from,
        required_from=required_from,
        text=text,
    )


@pytest.mark.parametrize(
    ("its", "cents", "is_required", "above"),
    [
        (question(), 0, True, None),
        (question(required_from=2), 0, False, eur(5_000)),
        (question(required_from=2), eur(5_000), False, eur(5_000)),
        (question(required_from=2), eur(5_000) + 1, True, None),
        (question(required_from=4), eur(9_000), False, eur(50_000)),
        (question(required_from=None), eur(90_000), False, None),
    ],
)
def test_the_amount_asked_for_decides_what_must_be_answered(
    its: Question, cents: int, is_required: bool, above: int | None
) -> None:
    (found,) = asked([its], CATEGORIES, cents)

    assert (found.is_required, found.required_above) == (is_required, above)


def test_until_an_amount_is_named_everything_is_put() -> None:
    deep = question(asked_from=3, required_from=3)

    assert [len(asked([deep], CATEGORIES, cents)) for cents in (0, eur(3_000), eur(30_000))] == [1, 0, 1]


texts = st.sampled_from(["", "Wir."])
depths = st.integers(1, 4).flatmap(lambda low: st.tuples(st.just(low), st.none() | st.integers(low, 4)))


@given(st.lists(st.tuples(depths, texts), max_size=6), st.integers(0, eur(80_000)))
def test_nothing_typed_goes_under_and_nothing_hidden_is_required(
    many: list[tuple[tuple[int, int | None], str]], cents: int
) -> None:
    questions = [question(*depth, text) for depth, text in many]
    found = asked(questions, CATEGORIES, cents)

    assert [its.question for its in found if its.question.text] == [its for its in questions if its.text]
    category = next(c.number for c in CATEGORIES if c.up_to_cents is None or cents <= c.up_to_cents)
    must = [its for its in questions if its.required_from is not None and its.required_from <= category]
    assert [its.question for its in found if its.is_required] == must
