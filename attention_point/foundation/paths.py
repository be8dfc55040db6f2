"""Where the project's folders are, beside the package; a missing one is told at import, not at the first page."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = PROJECT / "templates"
MIGRATIONS = PROJECT / "migrations"
INSTANCE = PROJECT / "instance"
PACKAGE = PROJECT / "attention_point"
STATIC = PACKAGE / "foundation" / "web" / "static"

for _folder in (TEMPLATES, MIGRATIONS):
    if not _folder.is_dir():
        raise RuntimeError(f"{_folder.name}/ is not beside the package: install from a checkout, not from a wheel")
