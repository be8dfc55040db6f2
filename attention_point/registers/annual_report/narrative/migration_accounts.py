"""What the report says of the people whom the desk attended: who came, with which needs, what was answered."""

from collections.abc import Iterator, Mapping

from attention_point.foundation.language import format_month, format_number, format_percent
from attention_point.registers.annual_report.grammar.phrases import build_name, join_items, lower_first
from attention_point.registers.annual_report.grammar.templates import write_sentence
from attention_point.registers.annual_report.narrative.account_units import (
    AccountUnit,
    build_heading,
    build_paragraph,
    count_things,
    has_sentence,
)
from attention_point.registers.annual_report.narrative.office_accounts import describe_point
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.published_figures import PublishedYear
from attention_point.registers.annual_report.queries import ReportYear

_NAMED_CODES = 3  # how many needs, places and entities a sentence names
# Codes of which a sentence of the most frequent says nothing.
_UNNAMED_CODES = frozenset({"not_given", "none", "other"})


def describe_migration(year: ReportYear, totals: YearTotals) -> Iterator[AccountUnit]:
    """The point as the office describes it, then what its releases tell."""
    yield from describe_point(year, totals)
    published = year.published
    if not published.months and published.year is None:
        return
    yield build_heading("published")
    yield AccountUnit("published/people", build_paragraph(_describe_people(year)), path="/statistics")
    yield AccountUnit("published/referrals", build_paragraph(_describe_referrals(published)), path="/statistics")
    yield AccountUnit("published/findings", build_paragraph(_describe_changes(year, totals)), path="/statistics")


def _describe_people(year: ReportYear) -> Iterator[str]:
    published = year.published
    # Said only where the year has no release: its figures are then those of these months and no more.
    if published.year is None:
        yield _describe_months(published)
    attentions, referrals = (published.sum_total(key) for key in ("attentions", "referrals"))
    if attentions is not None:
        yield write_sentence(
            "published/totals",
            None,
            year=year.year if published.year is not None else "",
            attentions=count_things("count/attentions", attentions),
            referrals=count_things("count/referrals", referrals) if referrals else "",
        )
    yield _describe_sexes(published)
    yield _describe_most_frequent(published, "people-by-origin", "origin", "published/origin", "places", "place")
    needs = published.count_codes("people-by-need")
    items = [
        write_sentence(
            "published/needs-item",
            None,
            need=lower_first(published.label_for_code("need", code)),
            people=count_things("count/people", count),
        )
        for code, count in _list_named(needs)
    ]
    yield write_sentence("published/needs", None, needs=join_items(items))


def _describe_months(published: PublishedYear) -> str:
    days = [month.first_day for month in published.months]
    names = [format_month(day).removesuffix(f" de {day.year}") for day in days[:-1]] + [format_month(days[-1])]
    # A row of months without a gap is named by its ends.
    if len(days) > 2 and days[-1].month - days[0].month + 1 == len(days):
        return write_sentence("published/months-range", None, first=names[0], last=names[-1])
    return write_sentence("published/months", None, months=join_items(names))


def _describe_sexes(published: PublishedYear) -> str:
    counts = published.count_codes("people-by-sex")
    total = sum(counts.values())
    shares = [
        write_sentence(
            "published/sex-share", None, share=_format_share(count, total), what=write_sentence(f"sex/{code}", None)
        )
        for code, count in counts.items()
        if has_sentence(f"sex/{code}")
    ]
    return write_sentence("published/sex", None, shares=join_items(shares))


def _describe_most_frequent(
    published: PublishedYear, table_id: str, dimension: str, key: str, row_fact: str, item_fact: str
) -> str:
    counts = published.count_codes(table_id)
    total = sum(counts.values())
    items = [
        write_sentence(
            f"{key}-item",
            None,
            share=_format_share(count, total),
            **{item_fact: published.label_for_code(dimension, code)},
        )
        for code, count in _list_named(counts)
    ]
    return write_sentence(key, None, **{row_fact: join_items(items)})


def _format_share(part: int, whole: int) -> str:
    """A share in whole percents: figures that are rounded tell no more."""
    return format_percent(round(part / whole, 2))


def _list_named(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(code, count) for code, count in counts.items() if code not in _UNNAMED_CODES][:_NAMED_CODES]


def _describe_referrals(published: PublishedYear) -> Iterator[str]:
    entities = [
        write_sentence(
            "published/entities-item",
            None,
            entity=build_name(published.label_for_code("entity", code)),
            count=count_things("count/referrals", count),
        )
        for code, count in _list_named(published.count_codes("referrals-by-entity"))
    ]
    yield write_sentence("published/entities", None, entities=join_items(entities))
    states = published.count_codes("referrals-by-state")
    total = sum(states.values())
    answers = [
        write_sentence(
            "published/answers-item",
            None,
            count=format_number(count),
            state=lower_first(published.label_for_code("state", code)),
            share=_format_share(count, total),
        )
        for code, count in states.items()
    ]
    yield write_sentence("published/answers", None, answers=join_items(answers))


def _describe_changes(year: ReportYear, totals: YearTotals) -> Iterator[str]:
    """One paragraph that compares with the year before; a figure of the office is compared with none of a release."""
    published, people = year.published, totals.attended_people
    before = published.year_before.totals["people"] if published.year_before else None
    # A year of which only some months were published is compared by these months.
    if not published.covers_same_months or people.is_reported or people.count is None or not before:
        yield _describe_shared_months(year)
        return
    now = people.count["number"]
    key = "more" if now > before else "fewer" if now < before else "same"
    yield write_sentence(
        f"published/{key}",
        None,
        before=year.year - 1,
        share=_format_share(abs(now - before), before),
        old=format_number(before),
        new=format_number(now),
    )
    yield _describe_need_change(published)


def _describe_shared_months(year: ReportYear) -> str:
    """The attentions of the months that both years published; they add up from month to month."""
    pairs = year.published.shared_months
    days = [month.first_day for month, _before in pairs]
    new_counts, old_counts = (
        [content.totals["attentions"] for content in contents]
        for contents in ([month for month, _before in pairs], [before for _month, before in pairs])
    )
    new, old = (sum(count or 0 for count in counts) for counts in (new_counts, old_counts))
    # A month that holds its figure back, or a gap between the months, leaves nothing to compare.
    has_gap = not days or len(days) != days[-1].month - days[0].month + 1
    if has_gap or None in (*new_counts, *old_counts) or not old:
        return ""
    names = [format_month(day).removesuffix(f" de {year.year}") for day in (days[0], days[-1])]
    return write_sentence(
        "published/attentions-change",
        None,
        months=write_sentence(
            f"published/months-{'one' if len(days) == 1 else 'span'}", None, first=names[0], last=names[1]
        ),
        new=count_things("count/attentions", new),
        old=format_number(old),
        before=year.year - 1,
        more=_format_share(new - old, old) if new > old else "",
        fewer=_format_share(old - new, old) if new < old else "",
    )


def _describe_need_change(published: PublishedYear) -> str:
    old_needs = PublishedYear(year=published.year_before).count_codes("people-by-need")
    changes = {
        code: count - old_needs[code]
        for code, count in published.count_codes("people-by-need").items()
        if code in old_needs and code not in _UNNAMED_CODES
    }
    code = max(changes, key=lambda need: changes[need], default="")
    if not code or changes[code] <= 0:
        return ""
    return write_sentence(
        "published/need-change",
        None,
        need=lower_first(published.label_for_code("need", code)),
        old=format_number(old_needs[code]),
        new=format_number(old_needs[code] + changes[code]),
    )
