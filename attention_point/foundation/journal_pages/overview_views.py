"""The auditor's home: whether the journal holds, what is unusual, and the way to who saw a person."""

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField

from attention_point.foundation.access import requires
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.journal.naming import RecordNaming
from attention_point.foundation.journal_pages.chain_state import describe_fault, find_chain_state, note_head
from attention_point.foundation.journal_pages.entry_descriptions import describe_actor
from attention_point.foundation.journal_pages.unusual_readings import SHOWN_SPAN, list_unusual_readings
from attention_point.foundation.journal_pages.views import PERSON_ENTRIES_ENDPOINT, blueprint
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm
from attention_point.foundation.web.pagination import parse_row_number
from attention_point.foundation.web.transactions import current_actor, db_session, read_session


class PersonForm(BaseForm):
    """Whose history is looked for: by the number of a visit or the code of a slip, which the person has on paper."""

    number = StringField(N_("Number of a visit, or code of a slip"))


class HeadForm(BaseForm):
    """Which seal was noted: the number of its entry, as the page showed it."""

    seq = HiddenField()


@blueprint.get("/overview")
@requires("journal.view")
def show_overview() -> str:
    """Show what the auditor must look at now."""
    return _render_overview(PersonForm(formdata=None))


@blueprint.post("/overview/person")
@requires("journal.person")
def find_person() -> Response | tuple[str, int]:
    """Lead to who saw the person of a visit. By POST: no reference of a visit stands in an address."""
    form, naming = PersonForm(), current_app.extensions["naming"]
    person = naming.find_person(read_session(), form.number.data or "")
    if person is None:
        message = _("No visit has this number or code. Write it as it stands on the slip.")
        form.show_field_errors([FieldError("number", message)])
        return _render_overview(form), 422
    return redirect(url_for(PERSON_ENTRIES_ENDPOINT, person=person), 303)


@blueprint.post("/overview/head")
@requires("journal.view")
def confirm_head() -> Response:
    """Keep that the last seal was noted outside of the system."""
    try:
        shown_seq = parse_row_number(HeadForm().seq.data or "")
    except ValueError:
        raise Invalid(_("Open the page again, and note the seal that it shows."), ()) from None
    note_head(db_session(), current_actor(), shown_seq)
    flash(_("Noted."))
    return redirect(url_for("journal.show_overview"), 303)


def _render_overview(form: PersonForm) -> str:
    session = read_session()
    naming: RecordNaming = current_app.extensions["naming"]
    names = naming.name_actors(session)
    unusual, chain = list_unusual_readings(session), find_chain_state(session)
    rules = get_code_list("unusual_readings")
    return render_template(
        "journal/overview.html",
        form=form,
        chain=chain,
        fault=describe_fault(chain),
        unusual=[
            (reading, describe_actor(reading.actor, names), rules.label_for_code(reading.code, current_language()))
            for reading in unusual.readings
        ],
        is_cut=unusual.is_cut,
        days=SHOWN_SPAN.days,
    )
