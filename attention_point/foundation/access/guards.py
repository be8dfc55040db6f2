"""Every view declares who may call it; the web layer reads the declaration and refuses a view without one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from attention_point.foundation.access.policy import ROLES, SCOPES

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """A view's rule. One of: public; a permission of a signed-in user; a scope of a token."""

    permission: str | None = None
    scope: str | None = None
    public: bool = False


def public(view: View) -> View:
    """Anyone may call this view."""
    return _declare(view, Access(public=True))


def requires(permission: str) -> Callable[[View], View]:
    """Only a signed-in user whose role holds the permission."""
    if not any(permission in held for held in ROLES.values()):
        raise ValueError(f"no role holds {permission}: name it in foundation/access/policy.py")
    return lambda view: _declare(view, Access(permission=permission))


def requires_scope(scope: str) -> Callable[[View], View]:
    """Only a program whose token has the scope."""
    if scope not in SCOPES:
        raise ValueError(f"no scope {scope}: name it in foundation/access/policy.py")
    return lambda view: _declare(view, Access(scope=scope))


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def access_of(view: Callable[..., Any]) -> Access | None:
    """A view's declaration, or None."""
    return getattr(view, "access", None)
