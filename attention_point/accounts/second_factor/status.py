"""What the page of the system and ``doctor`` say of the second step."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from attention_point.accounts.second_factor import queries
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import TODAY, StatusLine, Task
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.settings import Settings


def list_second_step_status(session: Session, _settings: Settings) -> Iterator[StatusLine]:
    """How many accounts have a second step, and that somebody waits for a way back."""
    counts = queries.count_accounts_by_role(session).values()
    value = _(
        "%(secured)s of %(accounts)s accounts have one",
        secured=sum(secured for _accounts, secured in counts),
        accounts=sum(accounts for accounts, _secured in counts),
    )
    waiting = [row for row in queries.list_open_ways_back(session) if row.confirmed_at is None]
    advice = _("Somebody lost a device and waits for a second person.") if waiting else ""
    endpoint = "ways_back.list_ways_back" if waiting else "accounts.list_accounts"
    yield StatusLine(_("Second step at sign-in"), value, advice, endpoint)


def list_tasks(session: Session, actor: Actor) -> Iterator[Task]:
    """That somebody lost a device, whom the reader may give the account back to."""
    if not actor.may(queries.CONFIRMING_PERMISSION):
        return
    waiting = [row for row in queries.list_open_ways_back(session) if row.confirmed_at is None]
    others = [row for row in waiting if actor.id not in (row.asked_by, row.account_id)]
    if others:
        sentence = ngettext(
            "%(num)s colleague lost a device and waits for a second person.",
            "%(num)s colleagues lost a device and wait for a second person.",
            len(others),
        )
        yield Task(TODAY, sentence, "ways_back.list_ways_back")


def check_second_steps(database: Database, settings: Settings) -> Iterator[str]:
    """Where nobody needs a second step, how many accounts a password alone opens that see more than the desk does."""
    if settings.second_factor != "optional":
        return
    with database.read_session() as session:
        counts = queries.count_accounts_by_role(session)
    open_accounts = sum(accounts - secured for role, (accounts, secured) in counts.items() if role != "agent")
    if open_accounts:
        yield _(
            "A stolen password alone opens %(count)s accounts, because ATTENTION_POINT_SECOND_FACTOR is optional.",
            count=open_accounts,
        )
