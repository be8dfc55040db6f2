"""The errors that a service raises when it refuses a request.

The web layer makes a page or JSON of them, the command line a sentence and exit status 1. A message is a translated
sentence for the reader and never repeats a personal value.
"""

import traceback
from dataclasses import dataclass
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FieldError:
    """The error of one field: its dotted path (``person.documents.0.number``) and a sentence."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people saved differently."""

    label: str
    yours: str
    theirs: str


class AppError(Exception):
    """The request is understood and refused. ``code`` is for programs and never changes."""

    status = 400
    code = "refused"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class NotFound(AppError):
    """There is no such record, or this actor may not know of it: the two look the same."""

    status = 404
    code = "not_found"


class Forbidden(AppError):
    """The actor's role does not hold the permission."""

    status = 403
    code = "forbidden"


class Unauthenticated(AppError):
    """The request has no valid session or token."""

    status = 401
    code = "unauthenticated"


class DeviceRefused(Unauthenticated):
    """The request comes from no enrolled device (code ``device_unknown``) or a revoked one (``device_revoked``)."""

    code = "device_unknown"


class Conflict(AppError):
    """Somebody else saved the record first. ``differences`` lists what differs."""

    status = 409
    code = "conflict"

    def __init__(self, message: str, differences: tuple[Difference, ...] = (), code: str | None = None) -> None:
        super().__init__(message, code)
        self.differences = differences


class Invalid(AppError):
    """Some fields are wrong. ``field_errors`` names each."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, field_errors: tuple[FieldError, ...]) -> None:
        super().__init__(message)
        self.field_errors = field_errors

    @classmethod
    def of_field(cls, field: str, message: str) -> Self:
        """The error of one wrong field, whose message is that of the whole."""
        return cls(message, (FieldError(field, message),))


class TooManyTries(AppError):
    """There were too many tries. ``retry_after`` is in seconds."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(AppError):
    """The database did not become free in time. ``retry_after`` is in seconds."""

    status = 503
    code = "busy"
    retry_after = 2


class VaultError(Exception):
    """A sealed value does not open: wrong row, wrong key, or altered. It names the row, never the content.

    It stands here and not in the vault, so that rooms that may not reach the vault can catch it (mail, say).
    """

    def __init__(self, purpose: str, row_id: UUID) -> None:
        super().__init__(f"a sealed value of {purpose} {row_id} does not open")
        self.purpose = purpose
        self.row_id = row_id


def list_code_places(error: BaseException) -> list[str]:
    """Return where in the code an error arose, as ``file:line``, the innermost place last."""
    # A log shows these in place of the error's words, which may hold personal data.
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames]
