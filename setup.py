"""Puts templates and migrations, which stand beside the package in a checkout, inside the package of a wheel."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS_BESIDE_THE_PACKAGE = ("templates", "migrations")


class BuildWithFolders(build_py):
    """Setuptools' own step, and a copy of these folders. An editable installation finds them where they stand."""

    def run(self) -> None:
        """Build the package."""
        super().run()
        if self.editable_mode:
            return
        package = Path(self.build_lib) / "attention_point"
        for folder in FOLDERS_BESIDE_THE_PACKAGE:
            shutil.rmtree(package / folder, ignore_errors=True)  # a template that was renamed must not stay
            shutil.copytree(folder, package / folder, ignore=shutil.ignore_patterns("__pycache__"))


setup(cmdclass={"build_py": BuildWithFolders})
