"""What a case of the field expects of the rules: which services, by whom, how urgent, with which papers, what is told.

A lawyer writes it and reads it; only what it names is compared. ``docs/recipes/add-a-routing-rule.md`` describes the
keys.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from attention_point.routing.rule_types import Advice, Reason, Suggestion
from attention_point.texts import N_

CodesByService = Mapping[str, tuple[str, ...]]


class SlipRequirement(Protocol):
    """A line of "what to bring": its words by language."""

    @property
    def text(self) -> Mapping[str, str]: ...


class RuleWords(Protocol):
    """What the slip and the agent's card say of a suggestion."""

    def list_requirements(self, suggestion: Suggestion, day: date) -> Iterable[SlipRequirement]:
        """The lines of "what to bring" on a day."""

    def list_told_texts(self, suggestion: Suggestion) -> Iterable[str]:
        """What the person is told, in every language."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must hold of the rules' answer. Codes are those of services (in capitals), entities, papers and advice.

    ``excluded`` names services or entities. ``missing``: whether papers are missing, by service. ``closed``: services
    that must be said to be closed for this person; ``advice``: entries that the slip or the agent's card must say, by
    service; ``told_words``: words that must stand in what they say.
    """

    wanted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    entities: Mapping[str, str] = field(default_factory=dict)
    urgent: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()
    missing: Mapping[str, bool] = field(default_factory=dict)
    accepted: CodesByService = field(default_factory=dict)
    rejected: CodesByService = field(default_factory=dict)
    slip_texts: Mapping[str, str] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    instruments: Mapping[str, str] = field(default_factory=dict)
    advice: CodesByService = field(default_factory=dict)
    told_words: CodesByService = field(default_factory=dict)
    notices: tuple[str, ...] = ()


# The key of each part in a file, with the shape of its value.
KEYS: Mapping[str, tuple[str, str]] = {
    "want": ("wanted", "codes"),
    "not": ("excluded", "codes"),
    "entity": ("entities", "text"),
    "urgent": ("urgent", "codes"),
    "mandatory": ("mandatory", "codes"),
    "miss": ("missing", "bool"),
    "accept": ("accepted", "codes-by-service"),
    "reject": ("rejected", "codes-by-service"),
    "slip": ("slip_texts", "text"),
    "closed": ("closed", "codes"),
    "instrument": ("instruments", "text"),
    "say": ("advice", "codes-by-service"),
    "tell": ("told_words", "codes-by-service"),
    "notices": ("notices", "codes"),
}


def parse_expectation(row: Mapping[str, Any]) -> Expectation:
    """The expectation of a row's keys. Raises KeyError, named after the key whose value has another shape."""
    values: dict[str, Any] = {}
    for key, (name, shape) in KEYS.items():
        if key in row:
            values[name] = _PARSERS[shape](row[key], key)
    return Expectation(**values)


def _parse_codes(value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise KeyError(key)
    return tuple(value)


def _parse_mapping(value: Any, key: str, parse_item: Callable[[Any, str], Any]) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise KeyError(key)
    return {name: parse_item(item, key) for name, item in value.items()}


def _parse_of_type(value: Any, key: str, kind: type) -> Any:
    if not isinstance(value, kind):
        raise KeyError(key)
    return value


_PARSERS: Mapping[str, Callable[[Any, str], Any]] = {
    "codes": _parse_codes,
    "text": lambda value, key: _parse_mapping(value, key, lambda item, _key: _parse_of_type(item, key, str)),
    "bool": lambda value, key: _parse_mapping(value, key, lambda item, _key: _parse_of_type(item, key, bool)),
    "codes-by-service": lambda value, key: _parse_mapping(value, key, _parse_codes),
}


def list_named_services(expectation: Expectation) -> tuple[str, ...]:
    """Every service that the expectation names, each once."""
    groups: tuple[Iterable[str], ...] = (
        expectation.wanted,
        (code for code in expectation.excluded if code.isupper()),
        expectation.entities,
        expectation.urgent,
        expectation.mandatory,
        expectation.missing,
        expectation.accepted,
        expectation.rejected,
        expectation.slip_texts,
        expectation.closed,
        expectation.instruments,
        expectation.advice,
        expectation.told_words,
    )
    return tuple(dict.fromkeys(code for group in groups for code in group))


def find_differences(expectation: Expectation, advice: Advice, day: date, words: RuleWords) -> Iterator[Reason]:
    """In what the rules' answer differs. The values of a reason are codes, named after what they are of."""
    suggestions = {suggestion.service: suggestion for suggestion in advice.suggestions}
    required = dict.fromkeys([*expectation.wanted, *list_named_services(expectation)])
    for code in required:
        if code not in suggestions and code not in expectation.excluded:
            yield Reason(N_("“%(service)s” is not suggested."), {"service": code})
    for code in expectation.excluded:
        if code in suggestions:
            yield Reason(N_("“%(service)s” is suggested and must not be."), {"service": code})
        # An alternative is a choice that the person is offered.
        elif any(code in (row.entity, *row.alternatives) for row in advice.suggestions):
            yield Reason(N_("The person is sent to %(entity)s and must not be."), {"entity": code})
    for code, suggestion in suggestions.items():
        yield from _compare_suggestion(expectation, code, suggestion)
        yield from _compare_words(expectation, code, suggestion, day, words)
    given_notices = {notice.need for notice in advice.notices}
    for code in expectation.notices:
        if code not in given_notices:
            yield Reason(N_("The agent is not told anything about “%(service)s”."), {"service": code})


def _compare_suggestion(expectation: Expectation, code: str, suggestion: Suggestion) -> Iterator[Reason]:
    wanted_entity = expectation.entities.get(code, suggestion.entity)
    if suggestion.entity != wanted_entity:
        values = {"service": code, "expected_entity": wanted_entity, "entity": suggestion.entity}
        yield Reason(N_("“%(service)s”: %(expected_entity)s should answer, and %(entity)s does."), values)
    if code in expectation.urgent and not suggestion.urgent:
        yield Reason(N_("“%(service)s” is not urgent."), {"service": code})
    if code in expectation.mandatory and not suggestion.mandatory:
        yield Reason(N_("“%(service)s” is not mandatory."), {"service": code})
    if suggestion.papers_missing and expectation.missing.get(code) is False:
        yield Reason(N_("“%(service)s”: a document is said to be missing, and none is."), {"service": code})
    if not suggestion.papers_missing and expectation.missing.get(code) is True:
        yield Reason(N_("“%(service)s”: it is not said that a document is missing."), {"service": code})
    for paper in expectation.accepted.get(code, ()):
        if paper not in suggestion.accepted:
            yield Reason(N_("“%(service)s” does not accept: %(paper)s."), {"service": code, "paper": paper})
    for paper in expectation.rejected.get(code, ()):
        if paper in suggestion.accepted:
            yield Reason(N_("“%(service)s” accepts, and must not: %(paper)s."), {"service": code, "paper": paper})
    yield from _compare_what_is_told(expectation, code, suggestion)


def _compare_what_is_told(expectation: Expectation, code: str, suggestion: Suggestion) -> Iterator[Reason]:
    if code in expectation.closed and not suggestion.closed:
        yield Reason(N_("“%(service)s”: it is not said that this is closed for the person."), {"service": code})
    wanted_instrument = expectation.instruments.get(code, suggestion.instrument)
    if wanted_instrument != suggestion.instrument:
        values = {"service": code, "instrument": wanted_instrument or ""}
        yield Reason(N_("“%(service)s”: the way open to the person should be “%(instrument)s”."), values)
    for advice_code in expectation.advice.get(code, ()):
        if advice_code not in suggestion.advice:
            values = {"service": code, "advice": advice_code}
            yield Reason(N_("“%(service)s”: this is not told: %(advice)s."), values)


def _compare_words(
    expectation: Expectation, code: str, suggestion: Suggestion, day: date, words: RuleWords
) -> Iterator[Reason]:
    wanted_text = expectation.slip_texts.get(code, "")
    if not _names_text(words.list_requirements(suggestion, day), wanted_text):
        values = {"service": code, "text": wanted_text}
        yield Reason(N_("“%(service)s”: what to bring does not name “%(text)s”."), values)
    told_words = expectation.told_words.get(code, ())
    told_text = " ".join(words.list_told_texts(suggestion)).casefold() if told_words else ""
    for word in told_words:
        if word.casefold() not in told_text:
            yield Reason(N_("“%(service)s”: nobody says “%(text)s”."), {"service": code, "text": word})


def _names_text(requirements: Iterable[SlipRequirement], wanted_text: str) -> bool:
    return not wanted_text or any(
        wanted_text.casefold() in text.casefold() for requirement in requirements for text in requirement.text.values()
    )
