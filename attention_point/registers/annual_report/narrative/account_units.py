"""The units of a drafted account, and the facts of a record as parts of a sentence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attention_point.foundation.language import format_number
from attention_point.registers.annual_report.grammar.phrases import (
    Noun,
    begins_with_infinitive,
    build_name,
    build_thing,
    is_long_thing,
    join_items,
    lower_first,
    soften_first,
    upper_first,
)
from attention_point.registers.annual_report.grammar.templates import load_sentences, write_sentence
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import OrganisationNames, format_part_date
from attention_point.registers.shared.schema.schema import Register

# What a verb agrees with where there is one thing, and where there are several.
ONE, SEVERAL = Noun("", "el"), Noun("", "los")
# A text of so many letters that begins with a capital is a sentence of its own, not a thing that was done.
_SENTENCE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class AccountUnit:
    """A heading or a paragraph of a drafted account.

    ``key`` names what it tells (``events/<id>``), so that the office's story finds it again after the records changed.
    ``path`` leads to the record, on screen alone.
    """

    key: str
    text: str
    is_heading: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """The facts of one record, and the names of the organisations to which they point."""

    data: Mapping[str, Any]
    names: OrganisationNames

    def list_organisations(self, key: str, role: str | None = None) -> list[Noun]:
        """The organisations of a field with their articles; of one role, or of all."""
        return [
            build_name(self.names.get(organisation["id"], "–"))
            for organisation in self.data.get(key, ())
            if role is None or organisation.get("role", "") == role
        ]

    def join_organisations(self, key: str, role: str | None = None) -> str:
        """The organisations in a row; empty where there are none."""
        return join_items(self.list_organisations(key, role))

    def format_when(self, key: str) -> str:
        """When something happened ("el 30 de julio de 2017", "en julio de 2017"); empty where it is not known."""
        return format_when(self.data[key]) if key in self.data else ""

    def format_clause(self, key: str) -> str:
        """A text as it ends a sentence: without its full stop, in a small letter."""
        return lower_first(self.data.get(key, "").strip().rstrip("."))


def build_record_path(register: Register, record: RecordColumns) -> str:
    """The path of a record's page."""
    return f"/registers/{register.name}/{record.id}"


def build_heading(code: str, **facts: object) -> AccountUnit:
    """A heading of the drafted account, by its code among the sentences."""
    return AccountUnit(f"heading/{code}", write_sentence(f"heading/{code}", None, **facts), is_heading=True)


def build_paragraph(sentences: Iterable[str]) -> str:
    """Sentences as one paragraph; those that are empty are left out."""
    return " ".join(filter(None, sentences))


def format_when(partial_date: str) -> str:
    """When something happened: "el 30 de julio de 2017", "en julio de 2017", "en 2017"."""
    return write_sentence(
        f"time/{'day' if len(partial_date) == 10 else 'month'}", None, date=format_part_date(partial_date)
    )


def format_span(first: str, last: str) -> str:
    """From when to when: "del 3 al 5 de septiembre de 2025"; what both days share is said once."""
    first_text, last_text = format_part_date(first), format_part_date(last)
    # "del 3 al 5 de septiembre de 2025": Spanish names what both days share after the second.
    if first[:4] == last[:4]:
        first_text = first_text.removesuffix(f" de {first[:4]}")
    if len(first) == len(last) == len("2017-09-30") and first[:7] == last[:7]:
        first_text = first_text.partition(" ")[0]
    return write_sentence("time/span", None, first=first_text, last=last_text)


def write_object(group: str, text: str) -> str:
    """What an agreement or a call is about: a verb goes on in the sentence, anything else follows a colon."""
    key = f"{group}/object" if begins_with_infinitive(text) else f"{group}/object-listed"
    return write_sentence(key, None, object=text)


def format_since(partial_date: str) -> str:
    """What follows "desde": "el 9 de agosto de 2017", "agosto de 2017"."""
    key = "since-day" if len(partial_date) == 10 else "since"
    return write_sentence(f"time/{key}", None, date=format_part_date(partial_date))


def count_things(key: str, number: int, text: str = "") -> str:
    """A number with what it counts: "1 evento", "8 eventos". ``text`` is the number where it is an estimate."""
    return write_sentence(key, ONE if number == 1 else SEVERAL, number=text or format_number(number))


def count_states(group: str, state_counts: Sequence[tuple[str, int]]) -> str:
    """How many records are in each state: "6 realizados, 1 en seguimiento y 1 aplazado"."""
    return join_items(count_things(f"{group}/{code}", count) for code, count in state_counts)


def has_sentence(key: str) -> bool:
    """Whether the file of sentences has this one."""
    return key in load_sentences()


def write_items(
    one_key: str, many_key: str, texts: Sequence[str], fact: str, build_item: Callable[[str], object] = build_thing
) -> str:
    """What was done or reached, in a sentence: things in a row, whole sentences after them.

    ``build_item`` gives a thing its article; what stands after a colon needs none (``quote_well``).
    """
    # Whole sentences of the office are left as they are: joined to others by commas they would no longer be sentences.
    phrases, sentences = list[str](), list[str]()
    for text in map(str.strip, rejoin_cut_items(texts)):
        is_sentence = text[:1].isupper() and (
            text.endswith(".") or (len(text) >= _SENTENCE_LENGTH and not is_long_thing(text))
        )
        (sentences if is_sentence else phrases).append(
            text.rstrip(".") if is_sentence else soften_first(text.rstrip("."))
        )
    things = [build_item(phrase) for phrase in phrases]
    key = one_key if len(phrases) == 1 else many_key
    # What has no article ("tres perfiles", "42 personas") follows a colon: no verb has to agree with it.
    listed_key = f"{many_key}-listed"
    if has_sentence(listed_key) and any(isinstance(thing, Noun) and not thing.article for thing in things):
        key = listed_key
    written = write_sentence(key, None, **{fact: join_items(things)}) if phrases else ""
    return build_paragraph([written, *(f"{upper_first(sentence)}." for sentence in sentences)])


def rejoin_cut_items(items: Iterable[str]) -> list[str]:
    """Join again the items of a list that a spreadsheet's import cut at a comma within a quotation."""
    # An item with an odd number of quotation marks goes on in the next.
    joined_items: list[str] = []
    for item in items:
        if joined_items and joined_items[-1].count('"') % 2:
            joined_items[-1] += f", {item}"
        else:
            joined_items.append(item)
    return joined_items
