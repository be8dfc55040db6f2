"""What a visitor said when the turn was given: one sealed record, destroyed when the turn ends."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import to_json
from sqlalchemy.orm import Session

from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.text_fields import MULTIPLE_LINES, SINGLE_LINE
from attention_point.foundation.vault import get_vault

SEALED_SIZE = 4096
"""Every turn's details take as many bytes, so that their size tells nothing of what was said."""
SEALING_PURPOSE = "turn"
PreferentialReason = Literal["small_children", "pregnant", "disability", "older_adult", "other"]
Code = Annotated[str, Field(max_length=40, min_length=1), SINGLE_LINE]


class TurnCompanions(BaseModel):
    """How many came along."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adults: Annotated[int, Field(ge=0, le=50)] = 0
    children: Annotated[int, Field(ge=0, le=50)] = 0


class TurnDetails(BaseModel):
    """What a visitor said at the kiosk or the door; nothing of it is required.

    ``self_intake`` are fields of the desk's form by their names, where the point lets visitors type them.
    ``device_time`` is what a device's clock said if that cannot be true, ``printed_code`` the code on the
    visitor's slip if it was taken and the turn has another.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    needs: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    language: Literal["es", "en"] = "es"
    first_time: bool | None = None
    companions: TurnCompanions = TurnCompanions()
    preferential: Annotated[tuple[PreferentialReason, ...], Field(max_length=5)] = ()
    slip_code: Annotated[str, Field(max_length=40), SINGLE_LINE] | None = None
    self_intake: dict[Code, Annotated[str, Field(max_length=500), MULTIPLE_LINES]] | None = None
    device_time: AwareDatetime | None = None
    printed_code: Annotated[str, Field(max_length=8), SINGLE_LINE] | None = None

    @property
    def is_preferential(self) -> bool:
        """Whether the visitor asked for a preferential turn (R15)."""
        return bool(self.preferential)


def seal_details(session: Session, turn_id: UUID, details: TurnDetails) -> bytes:
    """Seal the details for the turn's row. Raises Invalid where they are too long."""
    content = to_json(details.model_dump(mode="json", exclude_defaults=True))
    if len(content) > SEALED_SIZE:
        raise Invalid.of_field("details.self_intake", _("This is too long. Shorten what was typed."))
    # JSON may end in spaces, so the padding need not be taken off again.
    return get_vault(session).seal(SEALING_PURPOSE, turn_id, content.ljust(SEALED_SIZE))


def open_details(session: Session, turn_id: UUID, sealed_details: bytes) -> TurnDetails:
    """Open a turn's details. Raises VaultError where they do not open."""
    return TurnDetails.model_validate_json(get_vault(session).open(SEALING_PURPOSE, turn_id, sealed_details))


def note_device_time(details: TurnDetails, device_time: datetime | None, printed_code: str | None) -> TurnDetails:
    """Add what the server found out of a turn that a device gave without network."""
    return details.model_copy(update={"device_time": device_time, "printed_code": printed_code})
