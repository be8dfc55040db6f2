"""The forms by which people publish a month: alone, or one proposes it and another one approves it."""

from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length, ValidationError

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm
from attention_point.statistics.releases.services import MAX_NOTE_LENGTH


class ReleaseForm(BaseForm):
    """The form of a release or of its proposal. ``fingerprint`` belongs to the content that the person saw."""

    # Hidden, and still no secret: it says which figures the page showed, so that others are
    # not published by a late click.
    fingerprint = HiddenField()
    note = TextAreaField(N_("What was wrong in the version before"), validators=[Length(max=MAX_NOTE_LENGTH)])
    reader_note = TextAreaField(N_("A word to the readers"), validators=[Length(max=MAX_NOTE_LENGTH)])
    checked = BooleanField(N_("I have reviewed these figures: they may be published"), render_kw={"required": True})
    # The page shows this field only after records of the month turned out not to open.
    despite_damage = BooleanField(N_("I publish the month even though some of its records cannot be opened"))

    def validate_checked(self, field: BooleanField) -> None:
        """Require the confirmation."""
        if not field.data:
            raise ValidationError(_("Confirm that you have reviewed the figures."))


class ApprovalForm(BaseForm):
    """The form of the second person. ``seal`` is that of the proposal that she saw."""

    seal = HiddenField()
    approved = BooleanField(N_("I have reviewed these figures too, and publish them"), render_kw={"required": True})

    def validate_approved(self, field: BooleanField) -> None:
        """Require the confirmation."""
        if not field.data:
            raise ValidationError(_("Confirm that you have reviewed the figures."))
