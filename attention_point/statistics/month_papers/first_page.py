"""The first page: what the mayor looks for, each figure found at once. No hash and no method stands on it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from attention_point.dates import parse_period_code
from attention_point.foundation.language import N_, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import (
    Block,
    Chart,
    Heading,
    HeadlineFigure,
    HeadlineFigures,
    LabelledValues,
    Note,
    Series,
)
from attention_point.statistics.month_papers.changes import (
    Comparison,
    describe_change,
    find_total_change,
    name_period,
)
from attention_point.statistics.month_papers.findings import COUNTED_UNITS
from attention_point.statistics.month_papers.summary import (
    AnswerFigures,
    Part,
    Summary,
    build_summary,
    list_parts,
)
from attention_point.statistics.month_papers.table_views import COUNT_LABELS, TableView
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent
from attention_point.tallies.facts import NOT_GIVEN

# Two bars for each age can be compared at a glance. The other answers stand in the tables;
# among them most ages would be 0.
_CHARTED_SEXES = ("F", "M")
_CHARTED_NEEDS = 6
_TOTALS = ("people", "attentions", "referrals")
AGES_CHART, NEEDS_CHART = "people-by-sex-and-age", "people-by-need"  # the tables of the charts
# Within which time half of the answers came, by the code of the list of answer times.
MEDIAN_SENTENCES = {
    "0": N_("half of the answers came on the same day"),
    "1": N_("half of the answers came by the next day"),
    "2-3": N_("half of the answers came within 3 days"),
    "4-7": N_("half of the answers came within 7 days"),
    "8-15": N_("half of the answers came within 15 days"),
    "16-30": N_("half of the answers came within 30 days"),
    "31+": N_("half of the answers took more than 30 days"),
}


def build_first_page(content: ReleaseContent, comparison: Comparison) -> Iterator[Block]:
    """Build the first page of a period."""
    summary = build_summary(content)
    # First of all, so that nobody copies a figure before reading that it will change.
    if content.version is None:
        yield Note(
            _("Provisional figures for internal use. They change while visits and answers of the month come in.")
        )
    # Nothing more: charts and shares of zeros would look like results.
    if content.is_empty:
        yield Note(_("Nothing was recorded in %(month)s.", month=name_period(content.period)))
        return
    if content.reader_note:
        yield Note(_("A word from the office: %(note)s", note=content.reader_note))
    yield HeadlineFigures(tuple(_build_total_figures(content, comparison)))
    figures = tuple(_build_key_figures(summary, content))
    if figures:
        yield HeadlineFigures(figures)
    yield from _build_charts(content)
    rows = tuple(_build_rows(summary, content, comparison))
    if rows:
        yield LabelledValues(rows)


def _build_total_figures(content: ReleaseContent, comparison: Comparison) -> Iterator[HeadlineFigure]:
    for counts in _TOTALS:
        changes = [find_total_change(content, counts, earlier) for earlier in comparison.earlier_periods]
        remarks = tuple(
            _capitalise_text(describe_change(change, content.period)) for change in changes if change is not None
        )
        total = content.totals.get(counts)
        yield HeadlineFigure(_(COUNT_LABELS[counts]), _("[c]") if total is None else format_number(total), remarks)


def _build_key_figures(summary: Summary, content: ReleaseContent) -> Iterator[HeadlineFigure]:
    """Build the four figures that are asked for first: women, men, the most frequent need, the share answered."""
    for label, part in ((_("Women"), summary.women), (_("Men"), summary.men)):
        if part is not None:
            yield HeadlineFigure(label, format_number(part.count), (format_share_of(part, "people"),))
    if summary.needs:
        need = summary.needs[0]
        label = _("Most frequent need") if _leads(summary.needs, content) else _("Among the most frequent needs")
        # Beside two counts of people this one says its unit.
        yield HeadlineFigure(label, format_number(need.count), (_("people: %(need)s", need=need.label),))
    answers, referrals = summary.answers, content.totals.get("referrals")
    # Of no referrals there is no share, and of a month whose answers are held back neither.
    if answers.answered is not None and answers.answered_share is not None and referrals:
        yield HeadlineFigure(
            _("Referrals answered"),
            _format_answered_share(answers, answers.answered_share),
            (
                _(
                    "%(count)s of %(whole)s",
                    count=format_number(answers.answered),
                    whole=COUNTED_UNITS["referrals"](format_number(referrals)),
                ),
            ),
        )


def _leads(needs: Sequence[Part], content: ReleaseContent) -> bool:
    """Tell whether the first need has more people in truth: rounding alone may put one of two near figures first."""
    table = content.find_table(NEEDS_CHART)
    if table is None or len(needs) < 2:
        return True
    return needs[0].count - needs[1].count >= sum(table.get_base((need.code,)) for need in needs[:2])


def format_share_of(part: Part, counts: str) -> str:
    """Format a part's share: "56 % of the people"."""
    if part.share is None:
        return ""
    percent = _format_percent(part.share)
    return _("%(percent)s of the people", percent=percent) if counts == "people" else percent


def _format_percent(share: float) -> str:
    return f"{format_number(int(100 * share + 0.5))}\N{NO-BREAK SPACE}%"


def _format_answered_share(answers: AnswerFigures, share: float) -> str:
    percent = _format_percent(share)
    return f"\N{ALMOST EQUAL TO}\N{NO-BREAK SPACE}{percent}" if answers.seem_all_answered else percent


def _build_charts(content: ReleaseContent) -> Iterator[Chart]:
    """Build two charts: the ages of women and men, and the most frequent needs."""
    table = content.find_table(AGES_CHART)
    if table is not None:
        view = TableView(content, table)
        # An unknown age has no place on the axis of ages; the row below the charts and the table name it.
        ages = [age for age in view.list_codes(1) if age != NOT_GIVEN]
        series = tuple(
            Series(view.label_code(0, sex), tuple(view.get_count(sex, age) for age in ages))
            for sex in _CHARTED_SEXES
            if sex in view.list_codes(0)
        )
        # A chart without any bar is an empty frame that looks like a fault.
        if _has_bars(series):
            categories = tuple(view.label_code(1, age) for age in ages)
            yield Chart(AGES_CHART, _("Ages of women and men"), "hbar", categories, series, is_half_width=True)
    needs = sorted(list_parts(content, NEEDS_CHART), key=lambda part: -part.count)[:_CHARTED_NEEDS]
    series = (Series(_("People"), tuple(part.count for part in needs)),)
    if _has_bars(series):
        labels = tuple(part.label for part in needs)
        yield Chart(NEEDS_CHART, _("Most frequent needs"), "hbar", labels, series, is_half_width=True)


def _has_bars(series: Sequence[Series]) -> bool:
    return any(isinstance(value, int) and value for entry in series for value in entry.values)


def _build_rows(summary: Summary, content: ReleaseContent, comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Build the rows below the charts: who came, with which needs, from where, and what was answered."""
    if summary.first_time is not None:
        yield _("First time"), _join_parts([summary.first_time], names=False)
    ages = [part for part in summary.ages if part.count and part.code != NOT_GIVEN]
    # A word to the readers may be long, and the page is one: the chart has the ages too.
    if ages and not content.reader_note:
        yield _("Ages"), _join_parts(ages)
    if summary.nationalities and not content.reader_note:
        yield _("Main nationalities"), _join_parts(summary.nationalities)
    if summary.origins:
        # The most frequent ones alone: named so, because they do not add up to the people.
        yield _("Main states of origin"), _join_parts(summary.origins)
    answers = "; ".join(_describe_answers(summary))
    if answers:
        # All states: of the answered ones nobody could else say what became of who was neither seen nor refused.
        states = _join_parts(summary.answers.states)
        yield _("Answers to the referrals"), f"{_capitalise_text(answers)}. {states}"
    # Named, because a paper that compares with nothing would else seem to say that nothing changed.
    period = parse_period_code(content.period)
    compared = ((period.previous, comparison.previous), (period.year_before, comparison.year_before))
    missing = [name_period(earlier.code) for earlier, published in compared if published is None]
    if missing:
        yield _("Not compared"), _("There are no published figures of %(periods)s.", periods="; ".join(missing))
    # No method, but what keeps a reader from taking two figures of this page for a mistake.
    if content.method == ROUNDING and not content.reader_note:
        yield _("Rounding"), _("By fives or tens: a 0 may be a few, and parts may not add up.")


def _join_parts(parts: Sequence[Part], *, names: bool = True) -> str:
    texts = []
    for part in parts:
        share = "" if part.share is None else f" ({_format_percent(part.share)})"
        text = f"{format_number(part.count)}{share}"
        texts.append(f"{part.label}: {text}" if names else text)
    return "; ".join(texts)


def _describe_answers(summary: Summary) -> Iterator[str]:
    answers = summary.answers
    if answers.answered is not None:
        share = answers.answered_share
        percent = "" if share is None else f" ({_format_answered_share(answers, share)})"
        yield _(
            "%(figure)s answered: the entity said whether it receives the person",
            figure=f"{format_number(answers.answered)}{percent}",
        )
    if answers.median_code in MEDIAN_SENTENCES:
        yield _(MEDIAN_SENTENCES[answers.median_code])


def _capitalise_text(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class FirstBlocks:
    """The blocks of a first page as a web page draws them: notes, headline figures, charts, labels with values."""

    notes: Sequence[str]
    figures: Sequence[HeadlineFigures]
    charts: Sequence[Chart]
    rows: Sequence[tuple[str, str]]


def list_first_blocks(blocks: Iterable[Block]) -> FirstBlocks:
    """List what stands before the first heading of a report: its first page has none of its own."""
    first_blocks = list(takewhile(lambda block: not isinstance(block, Heading), blocks))
    return FirstBlocks(
        [block.text for block in first_blocks if isinstance(block, Note)],
        [block for block in first_blocks if isinstance(block, HeadlineFigures)],
        [block for block in first_blocks if isinstance(block, Chart)],
        [
            (label, str(value))
            for block in first_blocks
            if isinstance(block, LabelledValues)
            for label, value in block.rows
        ],
    )
