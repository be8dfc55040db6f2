"""The file ``demonstration`` of an instance: that its people are invented, how they were loaded, who may sign in.

It holds passwords that the sign-in page shows to everybody, so it is only ever written where people are invented
(``commands.py`` refuses an installation that received anybody real), and only its owner can read it.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import DEMO_MARKER_FILE

OWNER_ONLY_MODE = 0o600


def read_marker(instance: Path) -> dict[str, Any] | None:
    """The content of the file; empty where it is no JSON object, as in older versions; None where there is no file."""
    try:
        content = json.loads((instance / DEMO_MARKER_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def update_marker(instance: Path, **values: Any) -> None:
    """Mark the instance as a demonstration, and add these values to the stored ones: all of them or none.

    Raises AppError where the file cannot be written.
    """
    target = instance / DEMO_MARKER_FILE
    # Written beside the target and renamed: a load that is stopped leaves the old file or the new one, never a part.
    part_file = target.with_name(f".{DEMO_MARKER_FILE}.{os.getpid()}.part")
    content = {**(read_marker(instance) or {}), **values}
    try:
        with suppress(FileNotFoundError):
            part_file.unlink()
        # Created for the owner alone; a later chmod would leave a moment in which others can open it.
        handle = os.open(part_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_MODE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part_file.replace(target)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AppError(_("%(file)s cannot be written: %(reason)s", file=str(target), reason=reason)) from None
