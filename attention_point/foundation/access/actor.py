"""The actor: a signed-in person, a program with a token, an enrolled device, or the installation itself."""

from dataclasses import dataclass
from uuid import UUID

from attention_point.foundation.access.policy import ROLES


@dataclass(frozen=True, slots=True)
class Actor:
    """``kind`` is ``account``, ``token``, ``device`` or ``system``; a device's ``role`` is its kind.

    ``entity`` is set for those who act for a partner entity, ``point`` for a device: the code of the point where it is.
    """

    kind: str
    id: UUID | None
    name: str
    role: str
    permissions: frozenset[str]
    entity: str | None = None
    point: str | None = None

    def may(self, permission: str) -> bool:
        """Whether the actor holds a permission."""
        return permission in self.permissions

    @property
    def journal_label(self) -> str:
        """How the journal names the actor: an id, never a person's name."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system", None, "system", "system", frozenset().union(*ROLES.values()))
