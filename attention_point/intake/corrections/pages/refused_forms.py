"""Forms of corrections that were refused or that ask something more, kept sealed like every form that is not saved.

The page that shows one again has an address of its own, so that going back and reloading find it.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from flask import redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, Difference, FieldError
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import form_drafts

# Beside the fields of the form, under names that no field has.
_PAGE, _ERRORS, _CONFLICT = "_page", "_errors", "_conflict"
_NOT_TYPED = {"csrf_token", "written_by"}


class RefusedForm(NamedTuple):
    """What was typed, what is wrong with it, and what somebody else saved meanwhile."""

    fields: MultiDict[str, str]
    field_errors: tuple[FieldError, ...]
    conflict: Conflict | None


def keep_and_show_again(
    field_errors: Iterable[FieldError] = (), conflict: Conflict | None = None, version: int | None = None
) -> Response:
    """Keep the posted form, and lead to its page. ``version`` is the one that the agent will have seen there."""
    fields = [
        (name, value)
        for name, value in read_posted_fields().items(multi=True)
        if not (name.startswith("_") or name in _NOT_TYPED or (name == "version" and version is not None))
    ]
    if version is not None:
        fields.append(("version", str(version)))
    fields.append((_PAGE, request.path))
    fields.append((_ERRORS, json.dumps([(error.field, error.message) for error in field_errors])))
    if conflict:
        differences = [(entry.label, entry.yours, entry.theirs) for entry in conflict.differences]
        fields.append((_CONFLICT, json.dumps([conflict.message, differences])))
    kept_id = new_id()
    form_drafts.save_form_draft(db_session(), current_actor(), kept_id, fields, form_drafts.CORRECTION)
    return redirect(f"{request.path}?kept={kept_id}", 303)


def find_refused_form() -> RefusedForm | None:
    """The form that the address names, if this agent sent it to this page; None where nothing is kept."""
    kept_id = request.args.get("kept", type=UUID)
    fields = kept_id and form_drafts.find_form_draft(read_session(), current_actor(), kept_id, form_drafts.CORRECTION)
    if not fields or (_PAGE, request.path) not in fields:
        return None
    own_parts = {name: value for name, value in fields if name.startswith("_")}
    conflict = None
    if _CONFLICT in own_parts:
        message, differences = json.loads(own_parts[_CONFLICT])
        conflict = Conflict(message, tuple(Difference(*entry) for entry in differences))
    return RefusedForm(
        MultiDict((name, value) for name, value in fields if not name.startswith("_")),
        tuple(FieldError(*entry) for entry in json.loads(own_parts[_ERRORS])),
        conflict,
    )
