"""Cases, answers and differences in the words of the directory and of the code lists, in the reader's language."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from attention_point.dates import DateSpan
from attention_point.directory.snapshot import Directory
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language, format_date, format_date_span
from attention_point.foundation.language import gettext as _
from attention_point.routing.bench.expectations import Expectation
from attention_point.routing.bench.rule_sets import RuleSet
from attention_point.routing.rule_types import Reason, ShownDocument, Situation, Suggestion

# The facts of a situation, in the order of the page, with the code list of their values if they have one.
FACTS: Mapping[str, tuple[str, str | None]] = {
    "age": (N_("Age"), None),
    "accompanied_by": (N_("Who comes along"), "accompanied_by"),
    "nationality": (N_("Nationality"), "nationality"),
    "population": (N_("Population"), "population"),
    "status": (N_("Migration status"), "status"),
    "intention": (N_("What the person wants to do"), "intention"),
    "documents": (N_("Documents shown"), None),
    "vulnerabilities": (N_("What the agent noted"), "vulnerabilities"),
    "arrived_on": (N_("Arrived in Colombia"), None),
    "entry_stamped": (N_("Passport stamped at entry"), None),
    "registered_in": (N_("Registered in"), None),
    "child_with_permit": (N_("Has a child with a permit or in school"), None),
    "child_born_in_colombia_without_note": (N_("Child born in Colombia without the nationality note"), None),
    "live_birth_certificate": (N_("Has the live-birth certificate"), None),
    "measure_notified_on": (N_("A measure of the migration authority was notified"), None),
    "violence_within_72_hours": (N_("Violence within the last 72 hours"), None),
    "conflict_victim": (N_("Victim of the armed conflict"), None),
    "in_transit": (N_("In transit on foot"), None),
    "death_in_family": (N_("A death in the family"), None),
    "complained_of": (N_("The complaint is about"), None),
}
Row = tuple[str, str]


class Wording:
    """The words of one directory: a code that it does not know stays as it is."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._language = current_language()

    def name_service(self, code: str) -> str:
        """The name of a service."""
        service = self._directory.services.get(code)
        return service.name[self._language] if service else code

    def name_entity(self, code: str) -> str:
        """The short name of an entity."""
        entity = self._directory.entities.get(code)
        return entity.short[self._language] if entity else code

    def name_paper(self, code: str) -> str:
        """The name of an identity document or of a paper."""
        label = get_code_list("document_types").label_for_code(code, self._language)
        return get_code_list("case_papers").label_for_code(code, self._language) if label == code else label

    def name_instrument(self, service_code: str, code: str) -> str:
        """The name of one of the ways that a service has."""
        service = self._directory.services.get(service_code)
        instrument = service.find_instrument(code) if service else None
        return instrument.name[self._language] if instrument else code

    def quote_advice(self, service_code: str, code: str) -> str:
        """The words of an advice of a service."""
        service = self._directory.services.get(service_code)
        entries = service.list_advice([code], "slip") or service.list_advice([code], "card") if service else ()
        return entries[0].text[self._language] if entries else code

    def describe_difference(self, difference: Reason) -> str:
        """A difference between a case and its answer, with names in place of codes."""
        values = dict(difference.params)
        service = values.get("service", "")
        names = {
            "service": self.name_service,
            "entity": self.name_entity,
            "expected_entity": self.name_entity,
            "paper": self.name_paper,
            "instrument": lambda code: self.name_instrument(service, code),
            "advice": lambda code: self.quote_advice(service, code),
        }
        return _(difference.msgid, **{key: names.get(key, str)(value) for key, value in values.items()})

    def describe_situation(self, situation: Situation) -> list[Row]:
        """What is known of the person, fact by fact; what is not known is left out."""
        needs = " · ".join(self.name_service(need) for need in situation.needs)
        rows = [(_("Asks for"), needs or _("Nothing"))]
        for name, (label, list_name) in FACTS.items():
            value = getattr(situation, name)
            if value not in (None, False, ()):
                rows.append((_(label), self._describe_fact(name, value, list_name)))
        return rows

    def _describe_fact(self, name: str, value: Any, list_name: str | None) -> str:
        if name == "age":
            return _("%(age)s years", age=value)
        if name == "complained_of":
            entity = self._directory.entities.get(value)
            kinds = get_code_list("complained_of_kinds")
            return entity.short[self._language] if entity else kinds.label_for_code(value, self._language)
        if name == "documents":
            return " · ".join(map(self._describe_document, value))
        if isinstance(value, bool):
            return _("Yes")
        if isinstance(value, date):
            return format_date(value)
        if isinstance(value, DateSpan):
            return format_date_span(value)
        codes = value if isinstance(value, tuple) else (value,)
        if list_name:
            labels = get_code_list(list_name)
            return " · ".join(labels.label_for_code(code, self._language) for code in codes)
        return " · ".join(codes)

    def _describe_document(self, document: ShownDocument) -> str:
        name = self.name_paper(document.type)
        return f"{name} ({_('valid until %(day)s', day=format_date(document.expires))})" if document.expires else name

    def describe_expectation(self, expectation: Expectation) -> Iterator[str]:
        """What the case expects, a sentence each."""
        for code in expectation.wanted:
            yield self._describe_wanted(expectation, code)
        for code in expectation.excluded:
            name = self.name_service(code) if code.isupper() else self.name_entity(code)
            yield _("Never: %(name)s", name=name)
        yield from self._describe_papers(expectation)
        for service, text in expectation.slip_texts.items():
            yield _("“%(service)s”: what to bring names “%(text)s”", service=self.name_service(service), text=text)
        for service, codes in expectation.advice.items():
            for code in codes:
                yield _("It is told: %(advice)s", advice=self.quote_advice(service, code))
        for service, words in expectation.told_words.items():
            texts = " · ".join(f"“{text}”" for text in words)
            yield _("“%(service)s”: card or slip say %(texts)s", service=self.name_service(service), texts=texts)
        for code in expectation.notices:
            yield _("The agent is told something about “%(service)s”", service=self.name_service(code))

    def _describe_wanted(self, expectation: Expectation, code: str) -> str:
        marks = [
            self.name_entity(expectation.entities[code]) if code in expectation.entities else "",
            _("urgent") if code in expectation.urgent else "",
            _("mandatory") if code in expectation.mandatory else "",
            _("closed for this person") if code in expectation.closed else "",
            self.name_instrument(code, expectation.instruments[code]) if code in expectation.instruments else "",
            {True: _("a document is missing"), False: _("no document is missing")}.get(
                expectation.missing.get(code)  # type: ignore[arg-type]
            )
            or "",
        ]
        shown_marks = ", ".join(filter(None, marks))
        return f"{self.name_service(code)}: {shown_marks}" if shown_marks else self.name_service(code)

    def _describe_papers(self, expectation: Expectation) -> Iterator[str]:
        for service, papers in expectation.accepted.items():
            names = ", ".join(map(self.name_paper, papers))
            yield _("“%(service)s” accepts: %(papers)s", service=self.name_service(service), papers=names)
        for service, papers in expectation.rejected.items():
            names = ", ".join(map(self.name_paper, papers))
            yield _("“%(service)s” does not accept: %(papers)s", service=self.name_service(service), papers=names)


def describe_suggestion(suggestion: Suggestion, rule_set: RuleSet, day: date) -> dict[str, str]:
    """What a suggestion says, by parts, so that two answers can be compared part by part. A part may be empty."""
    wording, language = Wording(rule_set.directory), current_language()
    service = rule_set.directory.services[suggestion.service]
    instrument = suggestion.instrument
    requirements = [row.text[language] for row in rule_set.list_requirements(suggestion, day)]
    return {
        "entity": wording.name_entity(suggestion.entity),
        "urgent": _("urgent") if suggestion.urgent else "",
        "mandatory": _("mandatory") if suggestion.mandatory else "",
        "closed": service.closed[language] if suggestion.closed and service.closed else "",
        "instrument": wording.name_instrument(suggestion.service, instrument) if instrument else "",
        "missing": _("a document is missing") if suggestion.papers_missing else _("no document is missing"),
        "accepted": _list_in_words(_("accepts: %(items)s"), map(wording.name_paper, suggestion.accepted)),
        "others": _list_in_words(_("or else: %(items)s"), map(wording.name_entity, suggestion.alternatives)),
        "advice": " ".join(wording.quote_advice(suggestion.service, code) for code in suggestion.advice),
        "requirements": _list_in_words(_("to bring: %(items)s"), requirements),
    }


def _list_in_words(sentence: str, items: Iterable[str]) -> str:
    words = ", ".join(items)
    return sentence.replace("%(items)s", words) if words else ""
