"""A rule set: the program's rules over one directory, whether it is stored, read from a file or edited on a page."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from attention_point.directory.queries import get_directory
from attention_point.directory.service_rows import RequirementRow
from attention_point.directory.snapshot import Directory
from attention_point.foundation.language import LANGUAGES, in_language
from attention_point.foundation.language import gettext as _
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.queries import get_offer_index, index_directory
from attention_point.routing.rule_types import Suggestion

PLACES: tuple[Literal["slip", "card"], ...] = ("slip", "card")


class RuleSet(NamedTuple):
    """The offers of a directory with their version, and the directory, for the words of what is offered."""

    offers: OfferIndex
    directory: Directory

    def list_requirements(self, suggestion: Suggestion, day: date) -> tuple[RequirementRow, ...]:
        """The lines of "what to bring" of a suggestion on a day: none for a procedure that is closed."""
        if suggestion.closed:
            return ()
        return self.directory.services[suggestion.service].requirements_on(day, suggestion.instrument)

    def list_told_texts(self, suggestion: Suggestion) -> Iterator[str]:
        """What slip and card say of a suggestion in every language: why, closed, the way that is open, advice."""
        service = self.directory.services[suggestion.service]
        for language in LANGUAGES:
            with in_language(language):
                yield _(suggestion.reason.msgid, **suggestion.reason.params)
        if suggestion.closed and service.closed:
            yield from service.closed.values()
        if instrument := service.find_instrument(suggestion.instrument):
            yield from instrument.name.values()
            yield f"{instrument.valid_to:%d/%m/%Y}" if instrument.valid_to else ""
        entries = {entry.code: entry for place in PLACES for entry in service.list_advice(suggestion.advice, place)}
        for entry in entries.values():
            yield from entry.text.values()


def get_rule_set(session: Session) -> RuleSet:
    """The rule set in force."""
    return RuleSet(get_offer_index(session), get_directory(session))


def build_rule_set(directory: Directory) -> RuleSet:
    """The rule set of a directory that is not stored. Raises ValueError for a service that breaks M4."""
    return RuleSet(index_directory(directory), directory)
