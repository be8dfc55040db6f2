"""The values in the cells of a report: numbers, what stands for a count that is not shown, values with a link."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum


class Suppressed(Enum):
    """A count that is not shown, so that nobody can be recognised. It is neither zero nor an empty cell."""

    SUPPRESSED = "suppressed"


SUPPRESSED = Suppressed.SUPPRESSED

# bool is an int for Python; tables refuse it.
Number = int | float | Decimal
NumericValue = Number | Suppressed | None


# An address has printable ASCII only (RFC 3986), without the signs that could end an attribute. A path holds no colon,
# so that nobody writes another scheme (javascript:), and does not start with two slashes, which would name a host.
_HREF_PATTERN = re.compile(
    r"""(?: https?://[^\s"'<>\\]+ | mailto:[^\s"'<>\\]+ | \#[\w.-]+ | (?!//)[\w./~%?&=+,;@-]+(?:\#[\w.-]+)? )""",
    re.ASCII | re.VERBOSE,
)
_ANCHOR_PATTERN = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)


@dataclass(frozen=True)
class LinkedValue:
    """A value with a link. Readers see the value, and a table checks it, as if it had none.

    ``href`` is an http, https or mailto address, a path under the report's ``site_address``, or ``#`` with the anchor
    of a heading or the id of a table of the same report. Any other address raises ``ValueError``, which does not
    quote it.
    """

    value: str | date | NumericValue
    href: str

    def __post_init__(self) -> None:
        if not self.href.isprintable() or not self.href.isascii() or not _HREF_PATTERN.fullmatch(self.href):
            raise ValueError("a link needs an http, https or mailto address, a path, or # with a name")


def strip_link(value: str | date | NumericValue | LinkedValue) -> str | date | NumericValue:
    """Returns the value without its link."""
    return value.value if isinstance(value, LinkedValue) else value


def resolve_link(value: object, site_address: str) -> str:
    """Returns the address to which a value leads from a paper that has left the application, or an empty text.

    A link inside the paper leads to a bookmark: ``#at-`` and the anchor or table id. A path is put after
    ``site_address``; without a site address, it leads nowhere.
    """
    if not isinstance(value, LinkedValue):
        return ""
    if value.href.startswith("#"):
        return f"#{build_bookmark(value.href[1:])}"
    if re.match(r"\w+:", value.href):
        return value.href
    return f"{site_address.rstrip('/')}/{value.href.removeprefix('/')}" if site_address else ""


def build_bookmark(anchor: str) -> str:
    """Returns the name that marks the place of an anchor or a table in a written paper."""
    # The prefix keeps an anchor of an author apart from the names that a writer gives by itself.
    return f"at-{anchor}"


def check_anchor(anchor: str) -> None:
    """Raises ``ValueError`` for what cannot stand after ``#``. An empty text means no anchor and is accepted."""
    if anchor and not _ANCHOR_PATTERN.fullmatch(anchor):
        raise ValueError("an anchor starts with a letter and has letters, digits, dots, hyphens and underscores")
