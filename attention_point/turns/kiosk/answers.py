"""What one visitor has answered so far."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from attention_point.foundation.text_fields import SINGLE_LINE

Text = Annotated[str, SINGLE_LINE]


class KioskAnswers(BaseModel):
    """The answers of one visitor. ``step`` is a name of ``steps.STEPS``, or ``turn`` once the turn is given.

    ``turn_id`` is the turn that will be or was given: a second tap gives no second turn. ``touched_at`` is the moment
    of the latest answer. ``fields`` are fields of the desk's form by their names. ``text_size`` is 0, 1 or 2.
    """

    model_config = ConfigDict(frozen=True)

    turn_id: UUID
    touched_at: datetime
    step: Text = "language"
    language: Literal["es", "en"] = "es"
    takes_several: bool = False
    needs: tuple[Text, ...] = ()
    first_time: bool | None = None
    slip_code: Text = ""
    adults: int = 0
    children: int = 0
    preferential: tuple[Text, ...] = ()
    wants_intake: bool | None = None
    allows_data: bool | None = None
    fields: dict[Text, Text] = {}
    text_size: int = 0
    has_high_contrast: bool = False

    def change(self, **values: object) -> "KioskAnswers":
        """The answers with some of them changed."""
        return self.model_copy(update=values)
