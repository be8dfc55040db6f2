"""What changed between two wordings of a paragraph, word by word. Plain Python."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class TextChange:
    """A run of words: it stayed, it was added, or it was removed."""

    kind: Literal["same", "added", "removed"]
    text: str


def have_other_words(old_text: str, new_text: str) -> bool:
    """Whether two texts differ in a word. A browser sends the no-break space of "$ 5.000" back as a plain one."""
    return old_text.split() != new_text.split()


def compare_texts(old_text: str, new_text: str) -> Iterator[TextChange]:
    """Compare two texts; the runs together are both of them."""
    old_words, new_words = _WORDS.findall(old_text), _WORDS.findall(new_text)
    # Without the heuristic of "popular" words, which would take every article of a long paragraph for noise.
    matcher = SequenceMatcher(None, [*map(str.strip, old_words)], [*map(str.strip, new_words)], autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            # The last word of a text has no space after it: the run that has one keeps the next word apart.
            runs = "".join(old_words[old_start:old_end]), "".join(new_words[new_start:new_end])
            yield TextChange("same", max(runs, key=len))
            continue
        if old_end > old_start:
            yield TextChange("removed", "".join(old_words[old_start:old_end]))
        if new_end > new_start:
            yield TextChange("added", "".join(new_words[new_start:new_end]))
