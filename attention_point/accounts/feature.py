"""What accounts offer the app."""

from attention_point.accounts.administration import blueprint as administration
from attention_point.accounts.commands import token_commands, user_commands
from attention_point.accounts.naming import NAMING
from attention_point.accounts.token_views import blueprint as tokens
from attention_point.accounts.views import blueprint as own
from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_

accounts = Feature(
    name="accounts",
    blueprints=(own, administration, tokens),
    menu=(
        MenuItem(N_("Accounts"), "accounts.listing", "accounts.manage"),
        MenuItem(N_("My account"), "account.own", "account.own"),
    ),
    commands=(user_commands, token_commands),
    naming=NAMING,
)
