"""The site of the request, to which its passkeys belong."""

from flask import request

from attention_point.accounts.second_factor.passkeys import Site, find_site
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.transactions import current_settings


def find_current_site() -> Site | None:
    """The site of the installation as this browser reached it; None where browsers know no passkeys."""
    return find_site(current_settings(), _("Attention point"), request.host)
