"""Where each role begins after signing in."""

from collections.abc import Callable

import pytest

from tests.support.pages import PageClient

# Which page comes first is decided without a table.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("role", "first"),
    [("office", "/dashboard"), ("supervisor", "/tasks"), ("auditor", "/journal/overview"),
     ("agent", "/desk"), ("entity", "/portal")],
)  # fmt: skip
def test_who_sees_figures_begins_with_the_dashboard(as_role: Callable[..., PageClient], role: str, first: str) -> None:
    client = as_role(role, "sena" if role == "entity" else None)
    assert client.get("/").headers["Location"] == first
    page = client.get(first)
    assert page.status_code == 200
    assert ('href="/dashboard"' in page.text) is (role in {"office", "supervisor", "auditor"})
