"""What was searched, as the first fields of the new person's form: nothing is typed twice."""

from attention_point.people.name_sounds import split_name
from attention_point.people.search.typed_text import TypedSearch

_LONGEST_PARTS = {"given_names": 80, "surname_1": 60, "surname_2": 60}  # characters, as the form takes them
_PARTICLES = frozenset({"DE", "DEL", "LA", "LAS", "LOS", "Y"})


def build_new_person_fields(typed: TypedSearch) -> dict[str, str]:
    """The form's fields and their values. The agent sees them in the form, and puts right what was guessed."""
    fields = _split_full_name(typed.name)
    if typed.document_type and typed.number:
        fields |= {"documents-0-type": typed.document_type, "documents-0-number": typed.number}
    elif typed.phone_keys and typed.phone:
        fields["phone"] = typed.phone
    elif typed.number and not typed.reference:
        fields["documents-0-number"] = typed.number
    if typed.birth_date and len(typed.birth_date) == len("YYYY-MM-DD"):
        year, month, day = typed.birth_date.split("-")
        fields["birth_date"] = f"{day}/{month}/{year}"
    return fields


def _split_full_name(name: str) -> dict[str, str]:
    """A name as it is said: two given names and two surnames, or one of each where there are two words."""
    words = _join_particles(_capitalise_text(name).split())
    given_count = 1 if len(words) < 4 else len(words) - 2
    parts = {
        "given_names": " ".join(words[:given_count]),
        "surname_1": " ".join(words[given_count : given_count + 1]),
        "surname_2": " ".join(words[given_count + 1 :]),
    }
    return {field: value for field, value in parts.items() if 0 < len(value) <= _LONGEST_PARTS[field]}


def _join_particles(words: list[str]) -> list[str]:
    """The words with their particles: "de la Cruz" is one surname."""
    joined_words: list[str] = []
    for word in words:
        if joined_words and joined_words[-1].split()[-1].upper() in _PARTICLES:
            joined_words[-1] += f" {word}"
        else:
            joined_words.append(word)
    return joined_words


def _capitalise_text(name: str) -> str:
    # In a search nobody presses the shift key; a name that was typed with capitals stays as it is.
    if name != name.lower() and name != name.upper():
        return name
    return " ".join(
        word.lower() if word.upper() in _PARTICLES or not split_name(word) else word[:1].upper() + word[1:].lower()
        for word in name.split()
    )
