"""The method note that goes with an extract: Markdown in the language in use."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attention_point.dates import format_month_code
from attention_point.foundation import clock
from attention_point.foundation.language import current_language, format_date, format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.statistics.extracts.columns import load_columns, load_declaration
from attention_point.statistics.extracts.models import Extract, LogEntry


def build_method_note(log_entry: LogEntry, extract: Extract, *, is_demonstration: bool) -> str:
    """Build the note: who is in the extract, what protects them, how far it was generalised, and what may be done with
    it.
    """
    report = json.loads(extract.report)
    months = {"first": format_month_code(log_entry.first), "last": format_month_code(log_entry.last)}
    blocks = [
        f"# {_('Extract for research, %(first)s to %(last)s', **months)}",
        *([f"**{_('Invented people: for practice only.')}**"] if is_demonstration else []),
        _describe_facts(log_entry, extract, report),
        *_describe_extract(extract),
        f"## {_('How far each column was generalised')}",
        _format_bullets(_describe_generalisation(report)),
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
    yield f"## {_('How people are protected in it')}"
    yield _format_bullets(_describe_protections(extract))
    yield f"## {_('How to read it')}"
    yield _(
        "Every value is a code of the codebook. “*” means that the column is not shown for this row; it does not "
        "mean no. Rare answers are withheld more often than frequent ones: do not take their share among the rows "
        "for their share among the people. The order of the rows means nothing."
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


def _describe_generalisation(report: Mapping[str, Any]) -> Iterator[str]:
    for column in load_columns():
        if column.kind == "quasi":
            levels = report["levels"][column.name]
            sentence = ", ".join(f"{level} {format_number(count)}" for level, count in levels.items())
        else:
            withheld = report["withheld"][column.name]
            sentence = _(
                "shown %(told)s, withheld %(withheld)s",
                told=format_number(report["rows"] - withheld),
                withheld=format_number(withheld),
            )
        yield f"{column.translations[current_language()]} (`{column.name}`): {sentence}"


def _format_bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
