"""The check of ``doctor`` on the journal: the triggers that keep its entries from being changed."""

from collections.abc import Iterator

from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.journal.verification.triggers import list_faulty_triggers
from attention_point.foundation.journal_pages.chain_state import describe_fault, find_chain_state
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings


def check_triggers(database: Database, _settings: Settings) -> Iterator[str]:
    """Find triggers that are missing or altered: whoever changed them may have changed entries too."""
    with database.read_session() as session:
        for name in list_faulty_triggers(session):
            yield _(
                "The trigger %(name)s is missing, was altered, or should not be there: whoever changed it may have "
                "changed entries. Run “attention-point journal verify”, and find out who it was.",
                name=name,
            )


def check_chain(database: Database, _settings: Settings) -> Iterator[str]:
    """Tell of faults that the last daily verification found."""
    with database.read_session() as session:
        state = find_chain_state(session)
        if state.verified_at is not None and state.fault_count:
            yield describe_fault(state)


CHECKS = (Check(N_("Journal"), check_triggers), Check(N_("Check of the journal"), check_chain))
