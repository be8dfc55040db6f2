"""The page of an entity's reasons to reject: the entity edits its own, the office those of any."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.directory.snapshot import EntityRow
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.referrals.reasons import services
from attention_point.referrals.reasons.forms import ReasonsForm
from attention_point.referrals.reasons.queries import read_reasons

blueprint = Blueprint("reasons", __name__)


@blueprint.get("/entities/<string(maxlength=40):entity>/reasons")
@requires("reasons.edit")
def show_reasons(entity: str) -> str:
    """Show the reasons that an entity offers, to be edited."""
    row = _require_entity(entity)
    form = ReasonsForm(formdata=None)
    form.show_reasons(read_reasons(db_session(), entity))
    return render_template("referrals/reasons.html", form=form, entity=row)


@blueprint.post("/entities/<string(maxlength=40):entity>/reasons")
@requires("reasons.edit")
def save_reasons(entity: str) -> Response | tuple[str, int]:
    """Save the reasons. If something is wrong, the form comes back with all that was typed."""
    row, form = _require_entity(entity), ReasonsForm()
    try:
        services.edit_reasons(db_session(), current_actor(), entity, form.read_reasons(), form.read_version())
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return render_template("referrals/reasons.html", form=form, entity=row), 422
    flash(_("The reasons are saved."), "success")
    return redirect(url_for(".show_reasons", entity=entity), 303)


def _require_entity(code: str) -> EntityRow:
    actor = current_actor()
    row = directory_queries.find_entity(db_session(), code)
    # Another entity's list looks as if there were none.
    if row is None or (actor.entity is not None and actor.entity != code):
        raise NotFound(_("There is no such entity."))
    return row
