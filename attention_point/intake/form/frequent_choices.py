"""Which needs and documents the form shows first: those of this point's last months, by its counts alone."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.codelists import get_code_list
from attention_point.intake.form.visit_form import USUAL_DOCUMENT_TYPES, VisitForm
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.rules import NEEDS

FREQUENCY_SPAN = timedelta(days=90)
# What most people ask for, until there are counts of what they ask for here.
USUAL_NEEDS = ("MIG-REG", "HUMAN", "SALUD-URG", "SALUD-AFIL", "EDU", "EMP-SENA")
MOST_NEEDS = len(USUAL_NEEDS)
# Not among what is offered first: it says that there is no document to show.
_NO_DOCUMENT = {"SI", "AS", "MS"}


def put_frequent_first(session: Session, form: VisitForm, day: date) -> None:
    """Say in the form which choices stand before the others, filled up with the usual ones. No visit is opened."""
    needs, document_types = (
        tally_queries.list_frequent_codes(session, table, form.point.data or "", day - FREQUENCY_SPAN, day)
        for table in (NEEDS, "people-by-document")
    )
    offered_needs: Any = form.needs.choices  # names by code, as the form was given them
    form.frequent_needs = _select_first(needs, (*USUAL_NEEDS, *offered_needs), set(offered_needs), MOST_NEEDS)
    known_types = {code.code for code in get_code_list("document_types") if code.is_valid_on(day)} - _NO_DOCUMENT
    form.frequent_document_types = _select_first(
        document_types, USUAL_DOCUMENT_TYPES, known_types, len(USUAL_DOCUMENT_TYPES)
    )


def _select_first(codes: Iterable[str], usual: Iterable[str], known: set[str], size: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in (*codes, *usual) if code in known))[:size]
