"""Sections of docs/performance.md, each written by the script that measures it."""

import re

from attention_point.foundation import paths

PAGE = paths.PROJECT / "docs" / "performance.md"


def begin(text: str) -> None:
    """Write the page anew, and keep behind it the sections that it does not have: those of other scripts."""
    standing = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sections = ["## " + part for part in standing.split("\n## ")[1:]]
    kept = [part.rstrip() for part in sections if part.partition("\n")[0] + "\n" not in text]
    PAGE.write_text("\n\n".join([text.rstrip(), *kept]) + "\n", encoding="utf-8")


def replace(section: str) -> None:
    """Put a section (from its ``## `` heading on) in the place of the one of the same heading, or at the end."""
    heading = section.partition("\n")[0]
    page = PAGE.read_text(encoding="utf-8")
    standing = re.compile(rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    whole = f"{section.rstrip()}\n\n"
    page = standing.sub(lambda _found: whole, page) if standing.search(page) else f"{page.rstrip()}\n\n{whole}"
    PAGE.write_text(page.rstrip() + "\n", encoding="utf-8")
