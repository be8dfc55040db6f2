"""The journal for the auditor: newest first, a page at a time."""

from flask import Blueprint, render_template, request, url_for

from attention_point.foundation.access import requires
from attention_point.foundation.codelists import codelist
from attention_point.foundation.journal import queries
from attention_point.foundation.language import current
from attention_point.foundation.web.listing import SIZE, number_of, page_of
from attention_point.foundation.web.transactions import db

blueprint = Blueprint("journal", __name__, url_prefix="/journal")


@blueprint.get("")
@requires("journal.view")
def listing() -> str:
    """Entries, newest first; ``before`` is the number below which the page begins."""
    before = request.args.get("before", type=number_of)
    rows = queries.page(db(), before, SIZE + 1)
    page = page_of(
        rows,
        SIZE,
        lambda row: url_for("journal.listing", before=row.seq),
        url_for("journal.listing") if before else None,
    )
    seq, digest = queries.head(db())
    return render_template("journal/listing.html", page=page, head_seq=seq, head_hash=digest, said=said)


def said(action: str) -> str:
    """What was done, in words: those for the action itself, else for what is done alike in several rooms."""
    actions, alike = codelist("journal_actions"), action.rpartition(".")[2]
    return actions.label(alike if actions.has(alike) and not actions.has(action) else action, current())
