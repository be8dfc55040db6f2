"""Opening files for a stated reason, as who sees what is confidential must (decision 68)."""

from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.people.break_glass import grants
from tests.support.pages import PageClient


def grant_opening(session: Session, actor: Actor, person: UUID) -> None:
    """Let an actor open a file, for the service."""
    grants.open_file(session, actor, person, "review")


def open_file(client: PageClient, person: UUID | str, page: str = "", reason: str = "review") -> None:
    """Answer the question why a file is opened, in the browser of somebody who is signed in."""
    question = client.get(f"/people/{person}/open").text
    token = question.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(
        f"/people/{person}/open", data={"csrf_token": token, "reason": reason, "next": page or f"/people/{person}"}
    )
    assert answer.status_code == 303, answer.text


def open_page(client: PageClient, path: str) -> str:
    """The text of a page about somebody, after the reason that it asks for, if it asks."""
    answer = client.get(path)
    if answer.status_code == 303 and "/open?next=" in answer.headers["Location"]:
        open_file(client, answer.headers["Location"].split("/people/")[1].split("/")[0])
        answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)
