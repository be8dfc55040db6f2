"""Where the program's folders are.

In a checkout, templates and migrations stand beside the package, and so does the instance. In an installation from a
wheel, templates and migrations stand inside the package, and the instance in the working folder: the place of the
package is the system's, and an upgrade replaces it.
"""

from pathlib import Path

PACKAGE_FOLDER = Path(__file__).resolve().parents[1]
PROJECT_FOLDER = PACKAGE_FOLDER.parent
STATIC_FOLDER = PACKAGE_FOLDER / "foundation" / "web" / "static"

_IS_CHECKOUT = not (PACKAGE_FOLDER / "templates").is_dir()
_FOLDERS_PARENT = PROJECT_FOLDER if _IS_CHECKOUT else PACKAGE_FOLDER
TEMPLATES_FOLDER = _FOLDERS_PARENT / "templates"
MIGRATIONS_FOLDER = _FOLDERS_PARENT / "migrations"
INSTANCE_FOLDER = (PROJECT_FOLDER if _IS_CHECKOUT else Path.cwd()) / "instance"

# Told when the program starts, not when the first page is drawn.
for _folder in (TEMPLATES_FOLDER, MIGRATIONS_FOLDER):
    if not _folder.is_dir():
        raise RuntimeError(f"the folder {_folder.name}/ is neither inside the package nor beside it")
