"""The access rule that every view declares. The web layer lets nobody call a view without one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from attention_point.foundation.access.policy import DEVICE_KINDS, ROLES, SCOPES

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One of four: the view is public, or needs a permission of a signed-in person, a scope of a token, or a device.

    ``device`` is the permission that the enrolled device needs. With ``permission`` beside it, a signed-in person who
    holds that one passes too.
    """

    permission: str | None = None
    scope: str | None = None
    device: str | None = None
    public: bool = False


def public(view: View) -> View:
    """Let everybody call this view."""
    return _attach_rule(view, AccessRule(public=True))


def requires(permission: str) -> Callable[[View], View]:
    """Let only those call this view who are signed in and whose role holds the permission."""
    # A misspelt permission shows at import; otherwise the page would be closed to everybody.
    if not any(permission in permissions for permissions in ROLES.values()):
        raise ValueError(f"no role holds {permission}: name it in foundation/access/policy.py")
    return lambda view: _attach_rule(view, AccessRule(permission=permission))


def requires_scope(scope: str) -> Callable[[View], View]:
    """Let only programs call this view whose token has the scope."""
    if scope not in SCOPES:
        raise ValueError(f"no scope {scope}: name it in foundation/access/policy.py")
    return lambda view: _attach_rule(view, AccessRule(scope=scope))


def requires_device(permission: str, or_signed_in: str | None = None) -> Callable[[View], View]:
    """Let only enrolled devices call this view whose kind holds the permission. ``current_actor()`` is the device.

    ``or_signed_in`` is a permission with which signed-in people may call it too; they are then the actor.
    """
    if not any(permission in permissions for permissions in DEVICE_KINDS.values()):
        raise ValueError(f"no kind of device holds {permission}: name it in foundation/access/policy.py")
    if or_signed_in:
        requires(or_signed_in)  # raises for a misspelt one
    return lambda view: _attach_rule(view, AccessRule(device=permission, permission=or_signed_in))


def _attach_rule(view: View, access_rule: AccessRule) -> View:
    view.access = access_rule  # type: ignore[attr-defined]
    return view


def find_access_rule(view: Callable[..., Any]) -> AccessRule | None:
    """Return the rule that a view declares, or None."""
    return getattr(view, "access", None)
