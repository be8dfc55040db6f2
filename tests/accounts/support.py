"""A signed-in browser in two lines, and a clock that can be moved."""

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from werkzeug.test import TestResponse

from attention_point.accounts import passwords, services
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from tests.support.directory import load_shipped
from tests.support.pages import PageClient, read

PASSWORD = "cuatro palabras sin orden"
EMAIL = "ana.rojas@example.org"


class Clock:
    """Stands in for ``clock.now``; ``pass_by`` moves it on. It begins in the middle of the half minute of a code."""

    def __init__(self) -> None:
        now = clock.now()
        self.moment = now.replace(second=now.second // 30 * 30 + 15, microsecond=0)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **span: float) -> None:
        """Move on by a timedelta's arguments."""
        self.moment += timedelta(**span)


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once: it is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def add_account(database: Database, email: str = EMAIL, role: str = "agent", *, must_change: bool = False) -> UUID:
    """An account with PASSWORD."""
    new_account = services.NewAccount(email, "Ana Rojas", role, "dane" if role == "entity" else None)
    with database.write_session() as session:
        if new_account.entity:
            load_shipped(session)
        return services.add_account(session, SYSTEM, new_account, password_hash(), must_change=must_change)


def token_of(page: TestResponse) -> str:
    """The form token of a page."""
    return next(
        element.get("value") for element in read(page.get_data(as_text=True)) if element.get("name") == "csrf_token"
    )


def list_hidden_fields(page: TestResponse) -> list[tuple[str, str]]:
    """The hidden fields of a page's main form, in order; the value as it stands."""
    return [
        (element.attributes["name"], element.attributes["value"])
        for element in read(page.get_data(as_text=True))
        if element.tag == "input" and element.get("type") == "hidden"
    ]


def sign_in(client: PageClient, email: str = EMAIL, password: str = PASSWORD, next_path: str = "") -> TestResponse:
    """Send the sign-in page's form."""
    token = token_of(client.get("/sign-in"))
    fields = {"csrf_token": token, "email": email, "password": password, "next": next_path}
    return client.post("/sign-in", data=fields)
