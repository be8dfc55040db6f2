"""The way back for people who must sign in again: to the page that they asked for, or to the form that they just sent.

The form comes back as hidden fields of the sign-in page, and after the sign-in as a form to be sent again. So neither
the server nor the browser stores it meanwhile. A view that gets ``_resumed`` shows its form filled in and saves
nothing.
"""

from urllib.parse import urlsplit

from flask import current_app, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from attention_point.accounts.forms import ResumeForm
from attention_point.foundation.errors import Unauthenticated
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.transactions import SAFE_METHODS

# A page with more hidden fields would be slow on a tablet.
MAX_FIELDS = 1000


def build_sign_in_reply(_error: Unauthenticated) -> Response | None:
    """The reply to a request that needs a session and has none; None if its form cannot be given back."""
    if request.method in SAFE_METHODS:
        # The path alone: a query may hold what somebody typed, and proxies log addresses.
        next_path = request.path if request.path != "/" else None
        return redirect(url_for("account.sign_in", next=next_path))
    try:
        fields = read_resumable_fields()
    except HTTPException:  # too large
        return None
    if len(fields) > MAX_FIELDS:
        return None
    return make_response(render_resume_page(ResumeForm(formdata=None, data={"next": request.path}), fields), 401)


def render_resume_page(form: ResumeForm, fields: list[tuple[str, str]]) -> str:
    """The page to sign in again, with the fields of the form that was sent."""
    return render_template("accounts/resume.html", form=form, fields=fields)


def read_resumable_fields() -> list[tuple[str, str]]:
    """The posted fields in their order, with all their values; no password, no token, no field of the page itself."""
    return [(name, value) for name, value in read_posted_fields().items(multi=True) if _is_resumable_field(name)]


def _is_resumable_field(name: str) -> bool:
    return not name.startswith("_") and name != "csrf_token" and "password" not in name.lower()


def find_local_path(address: str | None, method: str = "GET") -> str:
    """The path of an address if it is a page of ours that takes the method, otherwise ``/``: never another site."""
    try:
        parts = urlsplit(address or "/")
    except ValueError:  # an address that cannot be one, like ``//[``
        return "/"
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return "/"
    adapter = current_app.create_url_adapter(request)
    try:
        if adapter is None or adapter.match(parts.path, method=method)[0] == "static":
            return "/"
    except HTTPException:  # no such page, or one to which the routing would redirect
        return "/"
    return parts.path
