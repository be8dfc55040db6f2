"""The actors of a demonstration: its own users, or nameless actors where only people are loaded."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from attention_point.accounts import queries
from attention_point.accounts.sign_in.authentication import build_account_actor
from attention_point.demo.demo_users import list_wanted_accounts
from attention_point.foundation.access import Actor, get_permissions

CHANNEL = "demo"  # visits of this channel are invented; any other makes an installation real
AGENT_ACTOR = Actor(CHANNEL, None, CHANNEL, "agent", get_permissions("agent"))
OFFICE_ACTOR = Actor(CHANNEL, None, CHANNEL, "office", get_permissions("office"))


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """The agents of the desk, the office (which releases months and keeps the registers), and those who answer."""

    agent_actors: Sequence[Actor] = (AGENT_ACTOR,)
    office_actor: Actor = OFFICE_ACTOR
    entity_actors: Mapping[str, Actor] = field(default_factory=dict)

    def choose_agent(self, rng: random.Random) -> Actor:
        """The agent who receives a visit, drawn by the visit's own random numbers."""
        return rng.choice(self.agent_actors)

    def get_entity_actor(self, entity: str) -> Actor:
        """The actor who answers for an entity; a nameless one where the entity has no user."""
        nameless_actor = Actor(CHANNEL, None, entity, "entity", get_permissions("entity"), entity)
        return self.entity_actors.get(entity, nameless_actor)


def find_demo_staff(session: Session) -> DemoStaff:
    """The demonstration's own users, as far as they are there and active."""
    accounts = [queries.find_account_by_email(session, wanted.email) for wanted in list_wanted_accounts(session)]
    actors = [build_account_actor(account) for account in accounts if account and account.active]
    return DemoStaff(
        tuple(actor for actor in actors if actor.role == "agent") or (AGENT_ACTOR,),
        next((actor for actor in actors if actor.role == "office"), OFFICE_ACTOR),
        {actor.entity: actor for actor in actors if actor.entity},
    )
