"""Who may do what: the policy on one page, the actor, the guards on views."""

from attention_point.foundation.access.actor import SYSTEM, Actor
from attention_point.foundation.access.guards import Access, access_of, public, requires, requires_scope
from attention_point.foundation.access.policy import ROLES, SCOPES, permissions_of

__all__ = [
    "ROLES",
    "SCOPES",
    "SYSTEM",
    "Access",
    "Actor",
    "access_of",
    "permissions_of",
    "public",
    "requires",
    "requires_scope",
]
