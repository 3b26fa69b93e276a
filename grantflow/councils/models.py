"""When the funders' councils sit: rows that their offices keep."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grantflow.kernel.parties import Party
from grantflow.platform.db import Base, Identified, enum_column


class Sitting(Identified, Base):
    """A sitting of a funder's council, and the last day for its papers."""

    __tablename__ = "sitting"

    party: Mapped[Party] = mapped_column(enum_column(Party))
    meets_on: Mapped[date]
    papers_by: Mapped[date]

    __table_args__ = (
        UniqueConstraint("party", "meets_on"),
        CheckConstraint("papers_by <= meets_on", name="papers"),
    )

    @property
    def label(self) -> str:
        return f"{self.party.value} {self.meets_on.isoformat()}"
