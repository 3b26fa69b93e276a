"""What a fund consists of, as documents: the content of editions, the fund file, and the schema that docs publish.

What stands below a field describes it to whoever writes a fund file: in the file itself, in ``docs/fund-file.md`` and
in the schema. Pure: what a document says about itself; whatever needs other rows is a kind's.
"""

from typing import Annotated, Any

from pydantic import Field

from grantflow.kernel.parties import Party

from ..states import DutyPage
from .calls import (
    CallDocument,
    CategoryDocument,
    CriterionDocument,
    EnvelopeDocument,
    Guideline,
    GuideRates,
    PaperDocument,
    QuestionDocument,
    Scale,
)
from .funders import (
    AgreementDocument,
    Contact,
    Function,
    FunderDocument,
    LawDocument,
    PageDocument,
    Postal,
    Remedy,
)
from .values import Both, CallCode, Document, Titled, Year

__all__ = [
    "AgreementDocument",
    "Both",
    "CallDocument",
    "CategoryDocument",
    "Contact",
    "CriterionDocument",
    "Document",
    "EnvelopeDocument",
    "Function",
    "FundDocument",
    "FunderDocument",
    "GuideRates",
    "Guideline",
    "LawDocument",
    "PageDocument",
    "PaperDocument",
    "Postal",
    "QuestionDocument",
    "Remedy",
    "Scale",
    "Titled",
    "plain",
]


class FundDocument(Document):
    """The fund file: all of a fund. What stands in it becomes drafts, which two people release."""

    schema_version: Annotated[int, Field(ge=1, le=1)]
    """Of this format: 1."""
    funders: dict[Party, FunderDocument] = {}
    """By party: duesseldorf, toulouse, metropole."""
    laws: dict[Party, LawDocument] = {}
    """By party."""
    agreements: dict[Year, AgreementDocument] = {}
    """By the year of signature."""
    pages: dict[DutyPage, PageDocument] = {}
    """By name: imprint, contact, privacy, accessibility."""
    calls: dict[CallCode, CallDocument] = {}
    """By code, such as 27-1."""


#: The kind of edition that each part of the file becomes.
PARTS: dict[str, str] = {
    "funders": "funder",
    "laws": "law",
    "agreements": "agreement",
    "pages": "page",
    "calls": "call",
}


def plain(document: Document) -> dict[str, Any]:
    """As JSON holds it."""
    return document.model_dump(mode="json")
