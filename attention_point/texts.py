"""Which characters a text may hold: one rule for every text that enters. Plain Python, below all rooms.

A text may hold what can be seen, and ordinary spaces; a text of several lines also line feeds and tabs. It may not hold
control characters, invisible ones (zero width, byte order mark, soft hyphen), marks that turn the direction of writing
(Unicode Technical Report 36, §2.7), half of a surrogate pair, or code points for private use or without a character.
It is in the normal form NFC, without white space around it.

Nothing unfit is dropped in silence: the text is refused with ``UNFIT``. A form shows the unfit characters as U+FFFD,
which is itself unfit, so that they can be seen and deleted, and the text is refused until they are.
"""

import re
import unicodedata


def N_(message: str) -> str:  # noqa: N802 - marks a text for the catalogue; nothing of the foundation stands below this
    return message


REPLACEMENT = "\ufffd"
UNFIT = N_("There is an invisible or control character here. Delete each � and check the text.")
NOT_AN_EMAIL = N_("Write an e-mail address, like name@example.org.")
MIXED_SCRIPTS = N_("This e-mail address mixes letters of different alphabets. Type it again, letter by letter.")
EMAIL_LONGEST = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets

_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Characters without a picture of their own that str.isprintable lets through, and the sign of a lost character.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\ufffd\U000e0100-\U000e01ef]")
_LINES = str.maketrans("\n\t", "  ")
# Runs in which more than 30 combining marks may follow each other; no language needs them (Unicode Standard Annex 15,
# §13), and normalising a run takes the square of its length.
_SIGNS = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_STACK = re.compile("1{31,}")
_EMAIL = re.compile(r"""[^\s@<>"(),:;\[\]\\]+@[^\s@<>"(),:;\[\]\\]+""")
# Alphabets that one language writes together (Unicode Technical Standard 39, §5.1).
_TOGETHER = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})


class UnfitText(ValueError):  # noqa: N818 - what the text is
    """A text is refused. Its only argument is a message id, never the text."""


def clean(text: str, *, lines: bool = False) -> str:
    """The text as it is kept; ``lines`` allows line feeds and tabs. Raises UnfitText."""
    text = normalise(text)
    if not is_fit(text, lines=lines):
        raise UnfitText(UNFIT)
    return text


def clean_folded(text: str) -> str:
    """The text on one line: white space within it, also a line feed or a tab, becomes one space. Raises UnfitText."""
    return " ".join(clean(text, lines=True).split())


def normalise(text: str) -> str:
    """The text in NFC with plain spaces and line feeds, without white space around it; unfit characters stay."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SPACES.sub(" ", _without_stacks(text)))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def is_fit(text: str, *, lines: bool = False) -> bool:
    """Whether every character may be kept."""
    if text.isascii():
        return (text.translate(_LINES) if lines else text).isprintable()
    plain = _SPACES.sub(" ", text.translate(_LINES) if lines else text)
    return plain.isprintable() and not _UNSEEN.search(plain) and _without_stacks(plain) == plain


def show_unfit(text: str, *, lines: bool = False) -> str:
    """The normal text, each unfit character as U+FFFD: safe to show, and refused by ``clean`` until that is deleted."""
    text = normalise(text)
    if is_fit(text, lines=lines):
        return text
    return text.translate({ord(letter): REPLACEMENT for letter in set(text) if not is_fit(letter, lines=lines)})


def clean_email(text: str) -> str:
    """One e-mail address: no second one, no name, letters of one alphabet. Raises UnfitText with what is wrong."""
    email = clean(text)
    if len(email) > EMAIL_LONGEST or not _EMAIL.fullmatch(email):
        raise UnfitText(NOT_AN_EMAIL)
    scripts = _scripts(email)
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        raise UnfitText(MIXED_SCRIPTS)
    return email


def email_fault(text: str) -> str | None:
    """What is wrong with an address, as a message id; None when nothing is."""
    try:
        clean_email(text)
    except UnfitText as unfit:
        return str(unfit)
    return None


def compatible(text: str) -> str:
    """The text in the form NFKC: the same whichever keyboard typed it; unfit characters stay."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _without_stacks(text))


def without_accents(text: str, form: str = "NFD") -> str:
    """The letters without accents; with ``form`` NFKD also a ligature or a wide letter becomes the plain ones."""
    if text.isascii():
        return text
    parts = unicodedata.normalize(form, _without_stacks(text))  # type: ignore[arg-type]
    return "".join([letter for letter in parts if not unicodedata.combining(letter)])


def _without_stacks(text: str) -> str:
    return _SIGNS.sub(lambda signs: REPLACEMENT if _has_stack(signs[0]) else signs[0], text)


def _has_stack(signs: str) -> bool:
    return _STACK.search("".join("1" if unicodedata.combining(sign) else "0" for sign in signs)) is not None


def _scripts(text: str) -> set[str]:
    """The alphabets of the letters, each by the first word of their Unicode names: ``LATIN``, ``CYRILLIC``."""
    names = (unicodedata.name(letter, "UNKNOWN") for letter in text if letter.isalpha())
    return {re.split("[ -]", name, maxsplit=1)[0] for name in names}
