"""What a service raises when it will not do a thing.

The web layer makes a page or JSON of it, the command line exit status 1. A message is a translated sentence for the
person who asked; it never repeats a personal value.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field's complaint: its dotted path (``person.documents.0.number``) and a sentence."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field on which two savers disagree."""

    label: str
    yours: str
    theirs: str


class Refusal(Exception):  # noqa: N818 - a refusal is no error of the program
    """The request is understood and will not be carried out. ``code`` is stable and machine-readable."""

    status = 400
    code = "refused"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class NotFound(Refusal):
    """No such thing, or not for this actor: the two look the same."""

    status = 404
    code = "not_found"


class Forbidden(Refusal):
    """The actor's role does not hold the permission."""

    status = 403
    code = "forbidden"


class Unauthenticated(Refusal):
    """No valid session or token."""

    status = 401
    code = "unauthenticated"


class Conflict(Refusal):
    """Somebody saved before; ``differences`` says what differs."""

    status = 409
    code = "conflict"

    def __init__(self, message: str, differences: tuple[Difference, ...] = (), code: str | None = None) -> None:
        super().__init__(message, code)
        self.differences = differences


class Invalid(Refusal):
    """Some fields are wrong; each is named."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, fields: tuple[FieldError, ...]) -> None:
        super().__init__(message)
        self.fields = fields


class TooMany(Refusal):
    """Too many tries; ``retry_after`` in seconds."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(Refusal):
    """The database could not be had in time; try again after ``retry_after`` seconds."""

    status = 503
    code = "busy"
    retry_after = 2
