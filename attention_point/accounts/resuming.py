"""The way back for who must sign in again: to the page they wanted, or with the form that they had just sent.

A sent form comes back as hidden fields of the sign-in page, and after sign-in as a form to be sent again: nothing is
kept on the server or in the browser meanwhile. A view that sees ``_resumed`` shows its form filled in, and saves
nothing.
"""

from urllib.parse import urlsplit

from flask import current_app, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from attention_point.accounts.forms import ResumeForm
from attention_point.foundation.web.forms import posted
from attention_point.foundation.web.transactions import SAFE

MOST_FIELDS = 1000
RESUMED = "_resumed"


def resume() -> Response | None:
    """The reply to a request that needs a session and has none; None when what was sent cannot be given back."""
    if request.method in SAFE:
        # The path alone: a query may hold what somebody typed, and addresses are logged on the way.
        wanted = request.path if request.path != "/" else None
        return redirect(url_for("account.sign_in", next=wanted))
    try:
        fields = kept_fields()
    except HTTPException:  # too large
        return None
    if len(fields) > MOST_FIELDS:
        return None
    return make_response(page(ResumeForm(formdata=None, data={"next": request.path}), fields), 401)


def page(form: ResumeForm, fields: list[tuple[str, str]]) -> str:
    """The page on which one signs in again, with the fields of the form that was sent."""
    return render_template("accounts/resume.html", form=form, fields=fields)


def kept_fields() -> list[tuple[str, str]]:
    """The posted fields in order, each value of several; never a password, a form's token or a field of our own."""
    return [(name, value) for name, value in posted().items(multi=True) if _kept(name)]


def _kept(name: str) -> bool:
    return not name.startswith("_") and name != "csrf_token" and "password" not in name.lower()


def local_path(address: str | None, method: str = "GET") -> str:
    """The path, if it is a page of ours that takes the method, else ``/``: never a way to another site."""
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
    except HTTPException:  # no such page, or only after a redirection, which the routing builds itself
        return "/"
    return parts.path
