"""The public privacy pages: the notice, and the policy of data treatment (Decreto 1074 de 2015, 2.2.2.25.3)."""

from flask import Blueprint, render_template, url_for

from attention_point.directory.privacy.privacy_notice import PrivacyNotice, describe_privacy
from attention_point.foundation.access import public
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_settings, db_session

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy")


@blueprint.app_context_processor
def build_footer_links() -> dict[str, object]:
    """The links to the privacy pages, which the footer of every page shows."""
    return {
        "privacy_links": (
            (url_for("privacy.show_notice"), _("Privacy notice")),
            (url_for("privacy.show_policy"), _("Data-treatment policy")),
        )
    }


@blueprint.get("/")
@public
def show_notice() -> str:
    """Show the privacy notice: who is responsible, what for, and which rights one has."""
    return render_template("privacy/notice.html", notice=_get_notice())


@blueprint.get("/policy")
@public
def show_policy() -> str:
    """Show the policy: everything that the consent text of today says, and how to use one's rights."""
    return render_template("privacy/policy.html", notice=_get_notice())


def _get_notice() -> PrivacyNotice:
    privacy_notice = describe_privacy(db_session(), current_settings().contact)
    if privacy_notice is None:
        raise NotFound(_("No consent text is in force today. Ask at the attention point."))
    return privacy_notice
