"""Settings: one frozen dataclass, read from the environment once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from attention_point.foundation import paths
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail_server import MailServer, is_address, read_server
from attention_point.foundation.networks import Network, read_networks
from attention_point.foundation.refusals import Refusal

PREFIX = "ATTENTION_POINT_"
DEMONSTRATION = "demonstration"  # a file in the instance: its people are invented


class SettingsError(Refusal):
    """A setting is missing or wrong; the message names it."""

    code = "settings"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation can choose. No secret stands here: secrets are derived from the keyring's file."""

    instance: Path
    database_url: str
    keyring: Path
    public_url: str
    smtp_url: str | None = field(default=None, repr=False)  # may hold a password
    mail_from: str | None = None
    session_idle_minutes: int = 20
    session_hours: int = 10
    demo: bool = False
    trusted_proxies: tuple[Network, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether visitors come over TLS; cookies are then ``Secure`` and carry the ``__Host-`` prefix."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server; None where no mail is sent. Raises SettingsError."""
        try:
            return read_server(self.smtp_url) if self.smtp_url else None
        except ValueError as error:
            raise SettingsError(_(str(error), name=f"{PREFIX}SMTP_URL")) from None

    @property
    def sender(self) -> str:
        """Who mails come from: as set, else ``attention-point@`` the host of the public address."""
        host = urlsplit(self.public_url).hostname or ""
        named = host if any(letter.isalpha() for letter in host) and ":" not in host else "localhost"
        return self.mail_from or f"attention-point@{named}"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises SettingsError for an unknown name or a value of the wrong kind."""
    values = {
        name.removeprefix(PREFIX): value
        for name, value in (os.environ if environment is None else environment).items()
        if name.startswith(PREFIX)
    }
    instance = Path(values.pop("INSTANCE", paths.INSTANCE)).resolve()
    settings = Settings(
        instance=instance,
        database_url=values.pop("DATABASE_URL", f"sqlite:///{instance / 'attention-point.db'}"),
        keyring=Path(values.pop("KEYRING", instance / "keyring.json")),
        public_url=values.pop("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        smtp_url=values.pop("SMTP_URL", None) or None,
        mail_from=values.pop("MAIL_FROM", None) or None,
        session_idle_minutes=_whole(values, "SESSION_IDLE_MINUTES", 20),
        session_hours=_whole(values, "SESSION_HOURS", 10),
        demo=_switch(values, "DEMO") or (instance / DEMONSTRATION).exists(),
        trusted_proxies=_networks(values, "TRUSTED_PROXIES"),
    )
    if values:
        raise SettingsError(
            _("unknown setting %(name)s; docs/settings.md lists those that exist", name=f"{PREFIX}{min(values)}")
        )
    if urlsplit(settings.public_url).scheme not in {"http", "https"}:
        raise SettingsError(_("%(name)s must begin with http:// or https://", name=f"{PREFIX}PUBLIC_URL"))
    if settings.mail_from and not is_address(settings.mail_from):
        raise SettingsError(_("%(name)s must be one mail address", name=f"{PREFIX}MAIL_FROM"))
    settings.mail_server  # noqa: B018 - refused at start, not when the first mail waits
    return replace(settings, database_url=_driver(settings.database_url))


def _whole(values: dict[str, str], name: str, default: int) -> int:
    text = values.pop(name, str(default))
    if not text.isdecimal() or not int(text):
        raise SettingsError(_("%(name)s must be a whole number above 0", name=f"{PREFIX}{name}"))
    return int(text)


def _networks(values: dict[str, str], name: str) -> tuple[Network, ...]:
    try:
        return read_networks(values.pop(name, ""))
    except ValueError as error:
        raise SettingsError(_(str(error), name=f"{PREFIX}{name}")) from None


def _switch(values: dict[str, str], name: str) -> bool:
    text = values.pop(name, "")
    if text not in {"", "0", "1"}:
        raise SettingsError(_("%(name)s must be 1, or 0 or nothing", name=f"{PREFIX}{name}"))
    return text == "1"


def _driver(url: str) -> str:
    """Name psycopg 3 in a PostgreSQL address that leaves the driver open; refuse other databases."""
    scheme, _colon, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg://{rest}"
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise SettingsError(_("%(name)s must name sqlite or postgresql", name=f"{PREFIX}DATABASE_URL"))
    return url
