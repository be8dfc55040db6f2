"""Permissions: the policy on one page, the actor, and the access rules of views."""

from attention_point.foundation.access.actor import SYSTEM, Actor
from attention_point.foundation.access.guards import (
    AccessRule,
    find_access_rule,
    public,
    requires,
    requires_device,
    requires_scope,
)
from attention_point.foundation.access.policy import DEVICE_KINDS, ROLES, SCOPES, get_permissions

__all__ = [
    "DEVICE_KINDS",
    "ROLES",
    "SCOPES",
    "SYSTEM",
    "AccessRule",
    "Actor",
    "find_access_rule",
    "get_permissions",
    "public",
    "requires",
    "requires_device",
    "requires_scope",
]
