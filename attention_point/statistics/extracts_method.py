"""The method note that goes with an extract: Markdown, in the language in use."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attention_point.foundation import clock
from attention_point.foundation.language import current, format_date, format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.statistics.extracts_columns import columns, declared
from attention_point.statistics.extracts_models import Extract, ExtractLog


def method_note(line: ExtractLog, extract: Extract, *, invented: bool) -> str:
    """Who is in it, what protects them, how far it was generalised, what may not be done, what remains."""
    report = json.loads(extract.report)
    months = {"first": f"{line.first:%Y-%m}", "last": f"{line.last:%Y-%m}"}
    parts = [
        f"# {_('Extract for research, %(first)s to %(last)s', **months)}",
        *([f"**{_('Invented people: for practice only.')}**"] if invented else []),
        _facts(line, extract, report),
        *_texts(extract),
        f"## {_('How far each column was generalised')}",
        _bullets(_generalised(report)),
    ]
    return "\n\n".join(parts) + "\n"


def _facts(line: ExtractLog, extract: Extract, report: Mapping[str, Any]) -> str:
    facts = {
        _("Given to"): line.recipient,
        _("Agreement"): line.agreement,
        _("Noted on"): format_date(clock.local_day(line.made_at)),
        _("Rows frozen on"): format_date(clock.local_day(extract.made_at)),
        _("Rows"): format_number(line.rows),
        _("People left out to protect the others"): format_number(line.suppressed),
        _("Information not told"): format_percent(report["loss"]),
        _("SHA-256 of the rows"): line.sha256,
    }
    return _bullets(f"{name}: {value}" for name, value in facts.items())


def _texts(extract: Extract) -> Iterator[str]:
    yield f"## {_('Who is in it')}"
    yield _(
        "One row a person who allowed research at an attention of this period and has not withdrawn since. A row tells "
        "what was said at the first such attention. Nobody is in two extracts: a person is given once, in one period."
    )
    yield f"## {_('What protects them')}"
    yield _bullets(_protections(extract))
    yield f"## {_('How to read it')}"
    yield _(
        "Every value is a code of the codebook. “*” means that the column is not told for this row; it does not mean "
        "no. Rare answers are withheld more often than frequent ones: do not take their share among the rows for "
        "their share among the people. The order of the rows means nothing."
    )
    yield f"## {_('What may not be done with it')}"
    yield _bullets(_duties())
    yield f"## {_('What remains')}"
    yield _(
        "The protection supposes somebody who knows all of these of a person: sex, age, nationality, municipality, "
        "education, population, migration status and month. Somebody who also knows an answer of a sensitive column "
        "may conclude another. Keep the rows as the agreement says."
    )


def _protections(extract: Extract) -> Iterator[str]:
    shares = {"share": declared()["share"], "restricted": declared()["restricted_share"]}
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
    yield _("The migration status is told only where all else does not already give it away.")
    yield _("No names, documents, contacts, notes, days or numbers of rows. The rows were shuffled by chance.")
    yield _("The rows of a period are made once and never again: two versions could be set against each other.")


def _duties() -> Iterator[str]:
    yield _("No attempt to recognise a person, and no linking with other data about people.")
    yield _("No passing on. Each organisation that works with it needs an agreement of its own.")
    yield _("No use for fines, deportation or any measure against a person.")
    yield _("What is published from it shows no count under %(k)s.", k=5)


def _generalised(report: Mapping[str, Any]) -> Iterator[str]:
    for column in columns():
        if column.kind == "quasi":
            levels = report["levels"][column.name]
            told = ", ".join(f"{level} {format_number(count)}" for level, count in levels.items())
        else:
            withheld = report["withheld"][column.name]
            told = _(
                "told %(told)s, withheld %(withheld)s",
                told=format_number(report["rows"] - withheld),
                withheld=format_number(withheld),
            )
        yield f"{column.words[current()]} (`{column.name}`): {told}"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
