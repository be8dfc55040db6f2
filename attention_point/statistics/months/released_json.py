"""What the frozen JSON of a month holds, described to the programs that read it.

A release is sent as it was frozen, so that its hash can be checked; it is not built from these models.
"""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel

CountedUnit = Literal["people", "attentions", "referrals", "answers"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
MonthCode = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
Count = Annotated[int, Field(ge=0)]


class _ResponseBody(BaseModel):
    # A key that these models do not name would be missing from what the API documents.
    model_config = ConfigDict(extra="forbid")


class ReleasedCell(_ResponseBody):
    """A count. ``at`` has a code for each dimension, ``*`` for all.

    ``base`` stands where it differs from the table's.
    """

    at: dict[str, str]
    count: Count
    # Most cells have the table's base, so that the frozen JSON names only those that differ.
    base: Count = 0


class ReleasedTable(_ResponseBody):
    """A table. Every count is a multiple of ``base``, and less than it away from what was counted.

    Its total is no sum over a dimension in ``overlapping``.
    """

    id: str
    title: str
    title_en: str
    counts: CountedUnit
    base: Count
    dimensions: list[str]
    overlapping: list[str]
    cells: list[ReleasedCell]


class Quality(_ResponseBody):
    """How near the published counts are to what was counted. No count is further off than ``largest_error``."""

    published_share: Annotated[float, Field(ge=0, le=1)]
    mean_error: Annotated[float, Field(ge=0)]
    largest_error: Count


class ReleasedMonth(_ResponseBody):
    """A released month. ``hash`` is the SHA-256 of this JSON without ``hash`` and ``demonstration``.

    It is computed over UTF-8 without blanks, the keys in order. ``note`` says what a correction corrects, and
    ``reader_note`` is a word to the readers. ``demonstration`` stands only where the people are invented.
    """

    month: MonthCode
    period: str
    # By this word a program tells the two kinds apart: months of the old method do not have it.
    method: Literal["rounding"]
    version: Annotated[int, Field(ge=1)]
    released_at: AwareDatetime
    hash: Sha256
    journal_head: Sha256
    note: str | None
    reader_note: str | None
    quality: Quality | None
    totals: dict[str, Count]
    tables: list[ReleasedTable]
    labels: dict[str, dict[str, dict[str, str]]]
    demonstration: str = ""


class SuppressedMonth(_ResponseBody):
    """A month that an earlier version of the program released: small counts suppressed, codes merged (``a/b``)."""

    month: MonthCode
    version: Annotated[int, Field(ge=1)]
    released_at: AwareDatetime
    hash: Sha256
    journal_head: Sha256
    note: str | None
    totals: dict[str, Count | None]
    tables: list[dict[str, Any]]
    # Tables behind which too few people stood: the old method named them and left them out.
    withheld: list[dict[str, Any]]
    labels: dict[str, dict[str, dict[str, str]]]
    demonstration: str = ""


class AnyReleasedMonth(RootModel[ReleasedMonth | SuppressedMonth]):
    """A released month, by the method of its time."""
