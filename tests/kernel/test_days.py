"""Days as Germans and the French write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel import days
from grantflow.platform import locale

MAY, JUNE = date(2027, 5, 1), date(2027, 6, 30)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        *((text, MAY) for text in ("1. Mai 2027", "1er mai 2027", "1ᵉʳ mai 2027", "01.05.2027", "1.5.27", "1/5/27")),
        *(
            (text, MAY)
            for text in ("Samstag, 1. Mai 2027", "samedi 1er mai 2027", "le 1er mai 2027", "1.\u00a0Mai\u00a02027")
        ),
        *((text, JUNE) for text in ("30.6.27", "30/6/27", "2027-06-30", "30.06.2027", "30 juin 2027", "30-06-2027")),
        *(
            (text, JUNE)
            for text in (
                "30. 6. 2027",
                "30–06–27",
                "2027/6/30",
                "３０.６.２７",
                "30\u200b.06.2027",
                "den 30. Juni 2027",
            )
        ),
        ("3. März 2027", date(2027, 3, 3)),
        ("3. Maerz 27", date(2027, 3, 3)),
        ("15 AOÛT 2027", date(2027, 8, 15)),
        ("15 aout 27", date(2027, 8, 15)),
        ("5. Jan. 2027", date(2027, 1, 5)),
        ("5. Jänner 2027", date(2027, 1, 5)),
        ("2 déc. 2027", date(2027, 12, 2)),
        ("14 févr. 2027", date(2027, 2, 14)),
    ],
)
def test_reads_what_german_and_french_hands_type(typed: str, day: date) -> None:
    assert days.parse(typed) == day


@pytest.mark.parametrize(
    "typed",
    [
        *("", "Mai 2027", "1.5.", "2027", "31.02.2027", "06/30/2027", "0.0.27", "30.6.1727", "1.5.127", "1.5.20277"),
        *(
            "٣٠.٦.٢٧",
            "1² mai 2027",
            "½.5.2027",
            "1.5.2027 bis 3.5.2027",
            "vor dem 1. Mai 2027",
            "1. Foo 2027",
            "1e3.5.27",
        ),
    ],
)
def test_refuses_everything_else(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        days.parse(typed)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.sampled_from(["de", "fr"]))
def test_reads_back_what_the_pages_write(day: date, language: str) -> None:
    assert days.parse(locale.short_date(day, language)) == days.parse(locale.long_date(day, language)) == day
    assert days.parse(day.isoformat()) == day


def test_every_month_of_both_languages_is_known() -> None:
    for language in ("de", "fr"):
        for month in range(12):
            day = date(2027, 1, 1) + timedelta(days=31 * month)
            assert days.parse(locale.long_date(day, language)) == day


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        days.parse(text)
    except ValueError:
        return
