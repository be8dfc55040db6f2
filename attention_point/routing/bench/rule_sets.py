"""A rule set: the program's rules over one directory, whether it is stored, read from a file or edited on a page."""

from collections.abc import Iterator
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

    def list_requirements(self, suggestion: Suggestion, day: date) -> Iterator[RequirementRow]:
        """The lines of "what to bring" of a suggestion on a day."""
        service = self.directory.services[suggestion.service]
        yield from service.requirements_on(day)
        for instrument in getattr(service, "instruments", ()):
            if instrument.code == getattr(suggestion, "instrument", None):
                yield from instrument.papers


def get_rule_set(session: Session) -> RuleSet:
    """The rule set in force."""
    return RuleSet(get_offer_index(session), get_directory(session))


def build_rule_set(directory: Directory) -> RuleSet:
    """The rule set of a directory that is not stored. Raises ValueError for a service that breaks M4."""
    return RuleSet(index_directory(directory), directory)
