"""Decides which characters a text may hold: one rule for every text that enters. Plain Python, below all rooms.

A text may hold what can be seen, and ordinary spaces; a text of several lines also line feeds and tabs. It may not hold
control characters, invisible ones (zero width, byte order mark, soft hyphen), marks that turn the direction of writing
(Unicode Technical Report 36, §2.7), half of a surrogate pair, or code points for private use or without a character.
It is in the normal form NFC, without white space around it.

Nothing unfit is dropped in silence: the text is refused with ``UNFIT_CHARACTERS``. A form shows the unfit characters as
U+FFFD, so that people see and delete them. U+FFFD itself is unfit, so the text is refused until they are deleted.
"""

import re
import unicodedata


def N_(message: str) -> str:  # noqa: N802 - marks a text for the catalogue; nothing of the foundation stands below this
    return message


REPLACEMENT = "\ufffd"
UNFIT_CHARACTERS = N_("There is an invisible or control character here. Delete each � and check the text.")
INVALID_EMAIL = N_("Write an e-mail address, like name@example.org.")
MIXED_SCRIPTS = N_("This e-mail address mixes letters of different alphabets. Type it again, letter by letter.")
EMAIL_MAX_LENGTH = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets

# All spaces of Unicode but the plain one; phones and word processors type them unasked.
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Characters without a picture of their own that str.isprintable lets through, and the sign of a lost character.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\ufffd\U000e0100-\U000e01ef]"
)
_LINE_BREAKS_TO_SPACES = str.maketrans("\n\t", "  ")
# Runs in which more than 30 combining marks may follow each other. No language needs them (Unicode Standard Annex 15,
# §13), and the time to normalise a run grows with the square of its length: a long one would stop the server.
_SIGN_RUN = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MARK_STACK = re.compile("1{31,}")
# One @ and no character of a display name or a list: a mail server would take "a@x.org, b@y.org" for two addresses.
_EMAIL = re.compile(r"""[^\s@<>"(),:;\[\]\\]+@[^\s@<>"(),:;\[\]\\]+""")
# Alphabets that one language writes together (Unicode Technical Standard 39, §5.1).
_SCRIPTS_USED_TOGETHER = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})


class UnfitText(ValueError):
    """A text is refused. Its only argument is a message id, never the text."""


def clean_text(text: str, *, lines: bool = False) -> str:
    """The text as it is stored; ``lines`` allows line feeds and tabs. Raises UnfitText."""
    text = normalise_text(text)
    if not is_fit_text(text, lines=lines):
        raise UnfitText(UNFIT_CHARACTERS)
    return text


def clean_folded(text: str) -> str:
    """The text on one line: each run of white space, also line feeds and tabs, becomes one space. Raises UnfitText."""
    return " ".join(clean_text(text, lines=True).split())


def normalise_text(text: str) -> str:
    """The text in NFC with plain spaces and line feeds, without white space around it; unfit characters stay."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SPACES.sub(" ", _replace_mark_stacks(text)))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def is_fit_text(text: str, *, lines: bool = False) -> bool:
    """Whether every character may be kept."""
    if text.isascii():  # ASCII holds none of the invisible characters and marks that are looked for below
        return (text.translate(_LINE_BREAKS_TO_SPACES) if lines else text).isprintable()
    plain_text = _SPACES.sub(" ", text.translate(_LINE_BREAKS_TO_SPACES) if lines else text)
    return (
        plain_text.isprintable()
        and not _INVISIBLE.search(plain_text)
        and _replace_mark_stacks(plain_text) == plain_text
    )


def show_unfit(text: str, *, lines: bool = False) -> str:
    """The normalised text with each unfit character as U+FFFD: safe to show, and still refused by ``clean_text``."""
    text = normalise_text(text)
    if is_fit_text(text, lines=lines):
        return text
    return text.translate({ord(letter): REPLACEMENT for letter in set(text) if not is_fit_text(letter, lines=lines)})


def clean_email(text: str) -> str:
    """One e-mail address without a display name, in letters of one alphabet. Raises UnfitText with the message id."""
    email = clean_text(text)
    if len(email) > EMAIL_MAX_LENGTH or not _EMAIL.fullmatch(email):
        raise UnfitText(INVALID_EMAIL)
    # Some Cyrillic letters look like Latin ones: the address would look right and lead to somebody else.
    scripts = _list_scripts(email)
    if len(scripts) > 1 and not any(scripts <= script_group for script_group in _SCRIPTS_USED_TOGETHER):
        raise UnfitText(MIXED_SCRIPTS)
    return email


def find_email_fault(text: str) -> str | None:
    """The message id of what is wrong with an address; None for a fit one."""
    try:
        clean_email(text)
    except UnfitText as error:
        return str(error)
    return None


def normalise_compatible(text: str) -> str:
    """The text in the form NFKC: the same whichever keyboard typed it; unfit characters stay."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _replace_mark_stacks(text))


def fold_text(text: str) -> str:
    """The text as searches, aliases and sorted lists compare it: without accents, letter case and space around it."""
    return remove_accents(text.strip(), "NFKD").casefold()


def remove_accents(text: str, form: str = "NFD") -> str:
    """The letters without accents; with ``form`` NFKD also a ligature or a wide letter becomes the plain ones."""
    # Names of people stay with NFD: the keyed tags by which they are found were made so, and are stored.
    if text.isascii():
        return text
    decomposed_text = unicodedata.normalize(form, _replace_mark_stacks(text))  # type: ignore[arg-type]
    return "".join([letter for letter in decomposed_text if not unicodedata.combining(letter)])


def _replace_mark_stacks(text: str) -> str:
    return _SIGN_RUN.sub(lambda signs: REPLACEMENT if _has_mark_stack(signs[0]) else signs[0], text)


def _has_mark_stack(signs: str) -> bool:
    return _MARK_STACK.search("".join("1" if unicodedata.combining(sign) else "0" for sign in signs)) is not None


def _list_scripts(text: str) -> set[str]:
    """The alphabets of the letters, each by the first word of their Unicode names: ``LATIN``, ``CYRILLIC``."""
    names = (unicodedata.name(letter, "UNKNOWN") for letter in text if letter.isalpha())
    return {re.split("[ -]", name, maxsplit=1)[0] for name in names}
