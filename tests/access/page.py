"""Writes ``docs/permissions.md`` again: ``.venv/bin/python -m tests.access.page``."""

from pathlib import Path
from tempfile import TemporaryDirectory

from attention_point.app import create_app
from attention_point.foundation import paths
from attention_point.foundation.settings import read_settings
from attention_point.foundation.vault import Keyring
from tests.access.permissions_page import build_permissions_page, list_routes

PAGE = paths.PROJECT_FOLDER / "docs" / "permissions.md"


def write() -> None:
    """Put an application together, only to ask for its routes, and write the page."""
    with TemporaryDirectory() as folder:
        Keyring.create(Path(folder) / "keyring.json")
        app = create_app(read_settings({"ATTENTION_POINT_INSTANCE": folder}))
        PAGE.write_text(build_permissions_page(list_routes(app)), encoding="utf-8")
        app.extensions["database"].close()


if __name__ == "__main__":
    write()
