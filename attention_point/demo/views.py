"""Shows below the sign-in form of a demonstration who can sign in. On any other instance it shows nothing."""

from flask import Blueprint

from attention_point.demo.demo_users import ShownUser, list_shown_users
from attention_point.demo.marker import read_marker
from attention_point.foundation.web.transactions import current_settings, read_session

blueprint = Blueprint("demo", __name__)


@blueprint.app_template_global()
def list_demo_users() -> list[ShownUser]:
    """The demonstration's users with their passwords; an empty list on an instance without the marker of one."""
    # The setting that adds the watermark is not enough: somebody may set it on an installation with real accounts.
    if not current_settings().demo:
        return []
    secrets = (read_marker(current_settings().instance) or {}).get("users")
    return list_shown_users(read_session(), secrets) if isinstance(secrets, dict) and secrets else []
