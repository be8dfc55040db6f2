"""What a capture holds: a visit's draft, the desk's form as it was typed, or a turn; and how it is kept meanwhile."""

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.errors import FieldError
from attention_point.foundation.text_fields import SINGLE_LINE
from attention_point.foundation.vault import get_vault
from attention_point.intake.form.companions import count_rows
from attention_point.sync import rules
from attention_point.turns.details import TurnDetails

CONTENT_PURPOSE, RECEIPT_PURPOSE = "capture", "capture-receipt"
MAXIMUM_FIELDS = 3000
MAXIMUM_COMPANIONS = 100
"""More than a household may count. Thousands would keep everybody else from recording while they are read."""


class UnreadableContent(Exception):
    """A content opened, but it is none of the three kinds. It carries nothing of the content."""


class CapturedTurn(BaseModel):
    """A turn that a kiosk gave. ``code`` has the device's own letter."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    id: UUID
    code: Annotated[str, Field(max_length=8), SINGLE_LINE]
    issued_at: Annotated[AwareDatetime, AfterValidator(clock.keep_in_calendar)]
    details: TurnDetails = TurnDetails()


class CapturedForm(BaseModel):
    """The fields of the desk's form in their order, and the reserved reference on the slip."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    form: Annotated[tuple[tuple[str, str], ...], Field(max_length=MAXIMUM_FIELDS)]
    reference: Annotated[str | None, Field(max_length=30)] = None

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields under the rule of texts, with the reference among them, so that a corrected form keeps it."""
        # What the web layer does with every posted form; a capture never passes it.
        typed_fields = [(texts.show_unfit(name), texts.show_unfit(value, lines=True)) for name, value in self.form]
        reference = texts.show_unfit(self.reference or "")
        return [(name, value) for name, value in typed_fields if name != "reference"] + [("reference", reference)]


class _CapturedTurnContent(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    turn: CapturedTurn


Content = CapturedForm | CapturedTurn | dict[str, Any]
"""A dictionary is a visit's draft, as the API takes it."""


def parse_content(content: bytes) -> Content:
    """Read an opened content. Raises UnreadableContent."""
    try:
        body = json.loads(content)
        if not isinstance(body, dict):
            raise UnreadableContent
        # The draft of a visit may name its turn, by the id alone.
        if isinstance(body.get("turn"), dict):
            return _CapturedTurnContent.model_validate(body).turn
        return _read_form(body) if "form" in body else body
    # JSON that is nested thousands of levels deep ends Python's stack, and not the program.
    except (ValueError, RecursionError, ValidationError):
        raise UnreadableContent from None


def _read_form(body: dict[str, Any]) -> CapturedForm:
    form = CapturedForm.model_validate(body)
    if count_rows(name for name, _value in form.form) > MAXIMUM_COMPANIONS:
        raise UnreadableContent
    return form


def seal_waiting_content(
    session: Session, capture_id: UUID, content: bytes, message: str = "", field_errors: Sequence[FieldError] = ()
) -> bytes:
    """Seal what waits for a person: the content as it was opened, and why it was not recorded."""
    errors = [{"field": error.field, "message": error.message} for error in field_errors]
    record = to_json({"content": content.decode("utf-8", "replace"), "message": message, "errors": errors})
    return get_vault(session).seal(CONTENT_PURPOSE, capture_id, _pad(record, rules.SMALLEST_SIZE))


def open_waiting_content(session: Session, capture_id: UUID, sealed: bytes) -> tuple[bytes, str, list[FieldError]]:
    """Open what ``seal_waiting_content`` sealed: the content, the message, the errors. Raises VaultError."""
    record = json.loads(get_vault(session).open(CONTENT_PURPOSE, capture_id, sealed))
    return record["content"].encode(), record["message"], [FieldError(**error) for error in record["errors"]]


def seal_receipt(session: Session, capture_id: UUID, receipt: dict[str, Any]) -> bytes:
    """Seal what the device is told, to be told again. It names the visit, so it does not stand in clear."""
    return get_vault(session).seal(RECEIPT_PURPOSE, capture_id, _pad(to_json(receipt), rules.RECEIPT_SIZE))


def open_receipt(session: Session, capture_id: UUID, sealed_receipt: bytes) -> dict[str, Any]:
    """Open a receipt. Raises VaultError."""
    receipt: dict[str, Any] = json.loads(get_vault(session).open(RECEIPT_PURPOSE, capture_id, sealed_receipt))
    return receipt


def _pad(content: bytes, smallest_size: int) -> bytes:
    # JSON may end in spaces, so the padding need not be taken off again.
    return content.ljust(rules.find_padded_size(len(content), smallest_size))
