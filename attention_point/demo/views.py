"""What the sign-in page of a demonstration shows below its form: who can sign in. On any other instance, nothing."""

from flask import Blueprint

from attention_point.demo.marker import read_marker
from attention_point.demo.users import ShownUser, shown_users
from attention_point.foundation.web.transactions import reader, settings

blueprint = Blueprint("demo", __name__)


@blueprint.app_template_global()
def demonstration_users() -> list[ShownUser]:
    """The demonstration's users with their passwords: only where the instance itself is marked as a demonstration.

    The setting that adds the watermark is not enough. The list is made of the marker's own content and of accounts
    whose password is still the one that was given out, so that a real account is never on it.
    """
    if not settings().demo:
        return []
    secrets = (read_marker(settings().instance) or {}).get("users")
    return shown_users(reader(), secrets) if isinstance(secrets, dict) and secrets else []
