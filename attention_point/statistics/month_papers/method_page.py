"""The last page: how the figures are made and how they protect people, and what proves a version."""

from collections.abc import Iterator

from attention_point.foundation.language import format_date, format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Block, BulletList, Heading, LabelledValues, Note, Paragraph
from attention_point.statistics.month_papers.changes import name_period
from attention_point.statistics.releases.content import (
    SUPPRESSION,
    ReleaseContent,
    build_content_json,
    compute_content_hash,
)

METHOD_ANCHOR = "method"


def build_method_page(content: ReleaseContent, content_hash: str | None = None) -> Iterator[Block]:
    """Build the page of method and protection, with version, hash and journal head at its end."""
    yield Heading(_("Method and protection"), anchor=METHOD_ANCHOR)
    yield Paragraph(
        _(
            "A person is counted once in the period, and in it once for each need and each vulnerability. An attention "
            "is one visit. Referrals and answers are those of the period's visits. Counts are kept without names, as "
            "visits are recorded. What is recorded after its month was released counts in the month in which it was "
            "received."
        )
    )
    # The paper describes the method by which its own figures were made. Months of the old method stay as they are.
    yield from _describe_suppression() if content.method == SUPPRESSION else _describe_rounding(content)
    yield Paragraph(
        _(
            "Shares and changes are computed from the published figures. A change is said in words only where the "
            "rounding cannot have made it."
        )
    )
    yield Heading(_("How to read the tables"), 2)
    yield BulletList(tuple(_explain_tables()))
    # A provisional paper has neither version nor hash, so that nobody cites it.
    if content.version is None or content.released_at is None:
        yield Note(_("Do not publish these figures. They are published when the month is released."))
        return
    yield Heading(_("Version"), 2)
    rows = [
        (_("Version"), str(content.version)),
        (_("Released on"), format_date(content.released_at)),
        (_("Content (SHA-256)"), content_hash or compute_content_hash(build_content_json(content))),
        (_("Last seal of the journal"), content.journal_head or ""),
    ]
    # Whoever compares two versions looks for the reason here; the first page only says that this one corrects.
    if content.note:
        rows.append((_("What was corrected"), content.note))
    rows.append((_("How to cite"), _describe_citation(content)))
    yield LabelledValues(tuple(rows))


def _explain_tables() -> Iterator[str]:
    yield _("The longer a bar and the darker a cell, the greater its figure. Bold rows sum those below them.")
    yield _("Share: of the total of the table, or of all people where one person may stand in several rows.")
    yield _("Change: how many more (+) or fewer (−) than in the month that is named. Rounding alone can make 5.")


def _describe_citation(content: ReleaseContent) -> str:
    return _(
        "International Affairs Office, Mayor's Office of Bucaramanga. Figures of %(month)s, version %(number)s. "
        "CC BY 4.0.",
        month=name_period(content.period),
        number=content.version,
    )


def _describe_rounding(content: ReleaseContent) -> Iterator[Block]:
    yield Paragraph(
        _(
            "So that nobody can be recognised, every figure of a table is rounded to a multiple of 5, up or down, and "
            "of 10 in restricted topics (violence, trafficking, disability, ethnic group, gender identity). A figure "
            "of 5 may therefore be any number from 1 to 9, and a 0 may be up to 4. Each table adds up; it may differ a "
            "little from the totals of the first page, which are exact where that tells of nobody."
        )
    )
    yield Paragraph(
        _(
            "Whether a figure goes up or down follows from a secret key: the same count is always rounded alike, so "
            "that asking again, or comparing versions, teaches nothing. Every table has the same rows every month, and "
            "a program examines before each release that no small count can be worked out from all tables together."
        )
    )
    # Three figures by which a reader judges the rounding without trusting the office (decision 45, U1).
    if content.quality:
        yield Paragraph(
            _(
                "Of this release, %(share)s of the figures are published. On average they differ by %(mean)s from what "
                "was counted, and by %(largest)s at most.",
                share=format_percent(content.quality.published_share),
                mean=format_number(round(content.quality.mean_error, 1)),
                largest=format_number(content.quality.largest_error),
            )
        )


def _describe_suppression() -> Iterator[Block]:
    yield Note(
        _(
            "This period was released by an earlier method: small counts were held back, not rounded. It stays as it "
            "was released."
        )
    )
    yield Paragraph(
        _(
            "“[c]” marks a figure that is held back so that nobody can be recognised: counts from 1 to 4, in "
            "restricted topics (violence, trafficking, disability, ethnic group, gender identity) from 1 to 9, and "
            "further figures from which these could be worked out. A zero is shown as 0. Rows or columns that are put "
            "together stand as “a / b”. Tables behind which too few people stood are not there."
        )
    )
