"""The file ``demonstration`` of an instance: that its people are invented, how they were loaded, who may sign in.

It holds passwords that the sign-in page shows to everybody, so it is only ever written where people are invented
(``commands.py`` refuses an installation that received anybody real), and only its owner can read it.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import DEMONSTRATION

OWNER_ONLY = 0o600


def read_marker(instance: Path) -> dict[str, Any] | None:
    """What the file holds; empty where an older version or somebody by hand made it; None where there is none."""
    try:
        content = json.loads((instance / DEMONSTRATION).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def update_marker(instance: Path, **values: Any) -> None:
    """Mark the instance as a demonstration, and keep these values beside those kept before: all of them or none.

    Raises Refusal where the file cannot be written.
    """
    target = instance / DEMONSTRATION
    part = target.with_name(f".{DEMONSTRATION}.{os.getpid()}.part")
    content = {**(read_marker(instance) or {}), **values}
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Refusal(_("%(file)s cannot be written: %(reason)s", file=str(target), reason=reason)) from None
