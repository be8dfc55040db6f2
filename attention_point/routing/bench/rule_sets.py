"""A rule set: the program's rules over one directory, whether it is stored, read from a file or edited on a page."""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from attention_point.directory.queries import get_directory
from attention_point.directory.snapshot import Directory, RequirementRow
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.queries import get_offer_index, index_directory
from attention_point.routing.rule_types import Suggestion


class RuleSet(NamedTuple):
    """The offers of a directory with their version, and the directory, for the words of what is offered."""

    offers: OfferIndex
    directory: Directory

    def list_requirements(self, suggestion: Suggestion, day: date) -> tuple[RequirementRow, ...]:
        """The lines of "what to bring" of a suggestion on a day: none for a procedure that is closed."""
        if suggestion.closed:
            return ()
        return self.directory.services[suggestion.service].requirements_on(day, suggestion.instrument)


def get_rule_set(session: Session) -> RuleSet:
    """The rule set in force."""
    return RuleSet(get_offer_index(session), get_directory(session))


def build_rule_set(directory: Directory) -> RuleSet:
    """The rule set of a directory that is not stored. Raises ValueError for a service that breaks M4."""
    return RuleSet(index_directory(directory), directory)
