"""Reads a visit draft from what a form or a program sent."""

from attention_point.foundation.complaints import read_object
from attention_point.foundation.language import N_
from attention_point.intake.draft import VisitDraft

OBJECT = N_("The visit must be a JSON object.")


def read_draft(payload: object) -> VisitDraft:
    """The draft; raises Invalid with one FieldError a complaint."""
    return read_object(VisitDraft, payload, OBJECT)
