"""The bodies that the turns API takes and answers with."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from attention_point.foundation.text_fields import SINGLE_LINE
from attention_point.turns.details import PreferentialReason, TurnCompanions, TurnDetails

DeskName = Annotated[str, Field(max_length=40, min_length=1), SINGLE_LINE]


class _ResponseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewTurnRequest(BaseModel):
    """A turn to give. Only ``id`` and ``point`` are required; what the visitor said is sealed until the turn ends.

    ``priority`` are the reasons for a preferential turn; ``lactating`` counts as ``small_children``. A device that gave
    the turn without network adds ``issued_at`` and the ``code`` that it printed: a letter from K to Z and three digits.
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID
    point: Annotated[str, Field(max_length=40, min_length=1), SINGLE_LINE]
    priority: Annotated[list[PreferentialReason | Literal["lactating"]], Field(max_length=10)] = []
    needs: Annotated[list[Annotated[str, Field(max_length=40, min_length=1), SINGLE_LINE]], Field(max_length=20)] = []
    language: Literal["es", "en"] = "es"
    first_time: bool | None = None
    companions: TurnCompanions = TurnCompanions()
    slip_code: Annotated[str, Field(max_length=40), SINGLE_LINE] | None = None
    issued_at: AwareDatetime | None = None
    code: Annotated[str, Field(max_length=8), SINGLE_LINE] | None = None

    def build_details(self) -> TurnDetails:
        """What the visitor said, each reason once."""
        reasons: list[PreferentialReason] = [
            "small_children" if reason == "lactating" else reason for reason in self.priority
        ]
        return TurnDetails(
            needs=tuple(self.needs),
            language=self.language,
            first_time=self.first_time,
            companions=self.companions,
            preferential=tuple(dict.fromkeys(reasons)),
            slip_code=self.slip_code,
        )


class CreatedTurnResponse(_ResponseBody):
    """The turn that was given; ``ahead`` counts those who came earlier and still wait."""

    id: UUID
    code: str
    ahead: int


class DeskRequest(BaseModel):
    """The desk at which something is done, by its name (``"3"``) or its id.

    A program that names none when it calls works at the first free desk from then on.
    """

    model_config = ConfigDict(extra="forbid")

    desk: DeskName | int | None = None


class TransferRequest(BaseModel):
    """Where a turn waits from now on: for a desk by its name or id, for the desks of an entity, or for any desk."""

    model_config = ConfigDict(extra="forbid")

    desk: DeskName | int | None = None
    entity: Annotated[str, Field(max_length=40, min_length=1), SINGLE_LINE] | None = None


class TurnResponse(_ResponseBody):
    """A turn as it stands; nothing of what the visitor said. ``desk`` is the desk's name."""

    id: UUID
    code: str
    state: Literal["waiting", "called", "started", "finished", "absent", "closed"]
    desk: str | None
    entity: str | None
    calls: int
    issued_at: AwareDatetime
    called_at: AwareDatetime | None
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class TurnListResponse(_ResponseBody):
    """Today's turns that have not ended: those at a desk, those that wait in the order of calling, those absent."""

    turns: list[TurnResponse]
