"""Sections of docs/performance.md, each written by the script that measures it."""

import re

from attention_point.foundation import paths

PAGE = paths.PROJECT / "docs" / "performance.md"


def replace(section: str) -> None:
    """Put a section (from its ``## `` heading on) in the place of the one of the same heading, or at the end."""
    heading = section.partition("\n")[0]
    page = PAGE.read_text(encoding="utf-8")
    standing = re.compile(rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    whole = f"{section.rstrip()}\n\n"
    page = standing.sub(lambda _found: whole, page) if standing.search(page) else f"{page.rstrip()}\n\n{whole}"
    PAGE.write_text(page.rstrip() + "\n", encoding="utf-8")
