"""Who acts in a demonstration: its users, or nameless ones where only people are loaded."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from attention_point.accounts import queries
from attention_point.accounts.authentication import actor_of
from attention_point.demo.users import DOMAIN, wanted_accounts
from attention_point.foundation.access import Actor, permissions_of

CHANNEL = "demo"
DESK = Actor(CHANNEL, None, CHANNEL, "agent", permissions_of("agent"))
OFFICE = Actor(CHANNEL, None, CHANNEL, "office", permissions_of("office"))


@dataclass(frozen=True, slots=True)
class Staff:
    """The agents of the desk, who releases and keeps the registers, and who answers for each entity."""

    agents: Sequence[Actor] = (DESK,)
    office: Actor = OFFICE
    entities: Mapping[str, Actor] = field(default_factory=dict)

    def agent_of(self, chance: random.Random) -> Actor:
        """The agent who receives somebody, by the visit's own chance."""
        return chance.choice(self.agents)

    def answerer_of(self, entity: str) -> Actor:
        """Who answers for an entity."""
        nameless = Actor(CHANNEL, None, entity, "entity", permissions_of("entity"), entity)
        return self.entities.get(entity, nameless)


def staff_of(session: Session) -> Staff:
    """The demonstration's own users, as far as they are there and active."""
    emails = [account.email for account in wanted_accounts(session) if account.email.endswith(f"@{DOMAIN}")]
    accounts = [account for email in emails if (account := queries.by_email(session, email)) and account.active]
    actors = [actor_of(account) for account in accounts]
    return Staff(
        tuple(actor for actor in actors if actor.role == "agent") or (DESK,),
        next((actor for actor in actors if actor.role == "office"), OFFICE),
        {actor.entity: actor for actor in actors if actor.entity},
    )
