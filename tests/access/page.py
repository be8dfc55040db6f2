"""Writes ``docs/permissions.md`` again: ``.venv/bin/python -m tests.access.page``."""

from pathlib import Path
from tempfile import TemporaryDirectory

from attention_point.app import create_app
from attention_point.foundation import paths
from attention_point.foundation.access.table import permissions_page, routes_of
from attention_point.foundation.settings import from_environment
from attention_point.foundation.vault import Keyring

PAGE = paths.PROJECT / "docs" / "permissions.md"


def write() -> None:
    """Put an application together, only to ask for its routes, and write the page."""
    with TemporaryDirectory() as folder:
        Keyring.create(Path(folder) / "keyring.json")
        app = create_app(from_environment({"ATTENTION_POINT_INSTANCE": folder}))
        PAGE.write_text(permissions_page(routes_of(app)), encoding="utf-8")
        app.extensions["database"].close()


if __name__ == "__main__":
    write()
