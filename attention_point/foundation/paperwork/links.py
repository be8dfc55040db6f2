"""Addresses that a paper may carry, and the places in it to which they may lead."""

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attention_point.foundation.paperwork.document import Value

# Printable ASCII (RFC 3986 has no other sign), without what could end an attribute. A path holds no colon, so that
# no scheme but the three named ones can be written, and does not start with two strokes, which would name a host.
_HREF = re.compile(
    r"""(?: https?://[^\s"'<>\\]+ | mailto:[^\s"'<>\\]+ | \#[\w.-]+ | (?!//)[\w./~%?&=+,;@-]+(?:\#[\w.-]+)? )""",
    re.ASCII | re.VERBOSE,
)
_ANCHOR = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)


@dataclass(frozen=True)
class Linked:
    """A value that leads somewhere: shown as any other, and read as a plain value by machines.

    ``href`` is an http, https or mailto address, a path under the document's ``site``, or ``#`` with the anchor of
    a heading or the id of a table of the same document. Raises ``ValueError`` for any other address, unquoted.
    """

    value: "str | date | Value"
    href: str

    def __post_init__(self) -> None:
        if not self.href.isprintable() or not self.href.isascii() or not _HREF.fullmatch(self.href):
            raise ValueError("a link needs an http, https or mailto address, a path, or # with a name")


def bare(cell: "str | date | Value | Linked") -> "str | date | Value":
    """The value itself, without where it leads."""
    return cell.value if isinstance(cell, Linked) else cell


def target(cell: object, site: str) -> str:
    """Where a value leads out of a paper that has left the application; empty where it leads nowhere.

    A path is put after ``site``; without a site it leads nowhere.
    """
    if not isinstance(cell, Linked):
        return ""
    if re.match(r"#|\w+:", cell.href):
        return cell.href
    return f"{site.rstrip('/')}/{cell.href.removeprefix('/')}" if site else ""


def check_anchor(anchor: str) -> None:
    """Raises ``ValueError`` for what cannot stand after ``#``; an empty text is no anchor and passes."""
    if anchor and not _ANCHOR.fullmatch(anchor):
        raise ValueError("an anchor starts with a letter and has letters, digits, dots, hyphens and underscores")
