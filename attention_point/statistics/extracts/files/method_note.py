"""The method note that goes with an extract: Markdown in the language in use."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attention_point.dates import format_month_code, parse_period_code
from attention_point.foundation import clock
from attention_point.foundation.language import (
    format_date,
    format_number,
    format_percent,
    format_period,
)
from attention_point.foundation.language import gettext as _
from attention_point.statistics.extracts.columns import load_declaration
from attention_point.statistics.extracts.files.column_summaries import list_column_summaries
from attention_point.statistics.extracts.models import Extract, LogEntry


def build_method_note(log_entry: LogEntry, extract: Extract, *, is_demonstration: bool) -> str:
    """Build the note: who is in the extract, what protects them, how far it was generalised, and what may be done with
    it.
    """
    report = json.loads(extract.report)
    months = {"first": format_month_code(log_entry.first), "last": format_month_code(log_entry.last)}
    blocks = [
        f"# {_('Extract for research, %(first)s to %(last)s', **months)}",
        # At the top, and in bold: a note is read to its first lines.
        *([f"**{_('Invented people: for practice only.')}**"] if is_demonstration else []),
        _describe_facts(log_entry, extract, report),
        *_describe_extract(extract),
        f"## {_('What each column shows')}",
        _format_bullets(
            f"{summary.title} (`{summary.name}`): {summary.shown}" for summary in list_column_summaries(report)
        ),
        *_describe_differences(report),
    ]
    return "\n\n".join(blocks) + "\n"


def _describe_facts(log_entry: LogEntry, extract: Extract, report: Mapping[str, Any]) -> str:
    facts = {
        _("Handed over to"): log_entry.recipient,
        _("Agreement"): log_entry.agreement,
        _("Recorded on"): format_date(clock.local_day(log_entry.made_at)),
        _("Rows frozen on"): format_date(clock.local_day(extract.made_at)),
        _("Rows"): format_number(log_entry.rows),
        _("People left out to protect the others"): format_number(log_entry.suppressed),
        _("Information withheld"): format_percent(report["loss"]),
        _("SHA-256 of the rows"): log_entry.sha256,
    }
    return _format_bullets(f"{name}: {value}" for name, value in facts.items())


def _describe_extract(extract: Extract) -> Iterator[str]:
    yield f"## {_('People included')}"
    yield _(
        "One row for each person who allowed research at an attention of this period and has not withdrawn since. A"
        " row shows what was said at the first such attention. Nobody is in two extracts: a person is included "
        "once, in one period."
    )
    yield _(
        "They are adults. Somebody under 18 is included only where a mother, a father or whoever has custody allowed "
        "it, so that the rows do not say which share of the people are minors."
    )
    yield f"## {_('How people are protected in it')}"
    yield _format_bullets(_describe_protections(extract))
    yield f"## {_('How to read it')}"
    yield _(
        "Every value is a code of the codebook. “*” means that the column is not shown for this row; it does not "
        "mean no. Leave these rows out before you compute a share. The order of the rows means nothing."
    )
    yield _(
        "A column stands on one level in all rows: it was coarsened for everybody, not for some, so that its shares "
        "are those of the people. A column that could be told of few people only is told of nobody; take it from the "
        "published figures."
    )
    yield f"## {_('Forbidden uses')}"
    yield _format_bullets(_describe_duties())
    yield f"## {_('Remaining risk')}"
    yield _(
        "The protection supposes somebody who knows all of these of a person: sex, age, nationality, municipality, "
        "education, population, migration status and month. Somebody who also knows an answer of a sensitive column "
        "may conclude another. Keep the rows as the agreement says."
    )


def _describe_protections(extract: Extract) -> Iterator[str]:
    shares = {"share": load_declaration()["share"], "restricted": load_declaration()["restricted_share"]}
    yield _(
        "Every row has at least %(others)s others that look the same in all that somebody else may know (k = %(k)s).",
        others=extract.k - 1,
        k=extract.k,
    )
    yield _(
        "A sensitive column is told only where rows that look the same have at least %(l)s different answers, and for "
        "violence, trafficking, disability, ethnic group, gender, pregnancy and unaccompanied children only where at "
        "least %(k)s look the same.",
        l=extract.l,
        k=extract.k_restricted,
    )
    yield _(
        "Of rows that look the same, at most %(share)s have the harmful answer, in the restricted topics at most "
        "%(restricted)s; where a column has another limit, the codebook says so.",
        **{name: format_percent(share) for name, share in shares.items()},
    )
    # These sentences repeat what a researcher would else undo by accident.
    yield _("The migration status is shown only where everything else does not already reveal it.")
    yield _("No names, documents, contacts, notes, days or row numbers. The rows were shuffled at random.")
    yield _("The rows of a period are made once and never again: two versions could be compared.")


def _describe_duties() -> Iterator[str]:
    yield _("No attempt to recognise a person, and no linking with other data about people.")
    yield _("No passing on. Each organisation that works with it needs an agreement of its own.")
    yield _("No use for fines, deportation or any measure against a person.")
    # The same limit as in the published months.
    yield _("What is published from it shows no count under %(k)s.", k=5)


def _describe_differences(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {_('How the shares differ from the published ones')}"
    # Rows never change, so that those of the earlier method are handed over with a warning (decision 50).
    if "comparisons" not in report:
        yield _(
            "These rows were frozen by an earlier version of the program, which showed frequent values more seldom "
            "than rare ones. Do not compute shares from them."
        )
        return
    yield _(
        "Each column was compared with the published figures of %(periods)s, among those who answered. The difference "
        "is the share of the rows that would have to change their answer for the two to be the same. It is at most "
        "%(limit)s; otherwise the extract is not made, or the column is not shown. Published figures are rounded.",
        periods=", ".join(format_period(parse_period_code(code)) for code in report["compared_with"]),
        limit=format_percent(report["difference_limit"]),
    )
    yield _format_table(
        (_("Variable"), _("Difference"), _("Largest difference of one answer")),
        (
            (summary.title + (" †" if summary.is_adult else ""), format_percent(summary.difference), summary.largest)
            for summary in list_column_summaries(report)
            if summary.difference is not None
        ),
    )
    yield _(
        "† Among people of 18 years or more. Where a column joins several needs, the published share lies between two "
        "figures, because one person may have more than one of them."
    )


def _format_table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _title in titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _format_bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
