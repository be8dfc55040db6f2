"""The feature of accounts: pages, menu and names for the journal."""

from attention_point.accounts.administration.account_views import blueprint as administration
from attention_point.accounts.administration.token_views import blueprint as tokens
from attention_point.accounts.devices.api import blueprint as devices_api
from attention_point.accounts.devices.device_status import list_device_status
from attention_point.accounts.devices.views import blueprint as devices
from attention_point.accounts.naming import NAMING
from attention_point.accounts.sign_in.own_account_views import blueprint as own_account
from attention_point.accounts.sign_in.views import blueprint as sign_in
from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_

accounts = Feature(
    name="accounts",
    blueprints=(sign_in, own_account, administration, tokens, devices, devices_api),
    menu=(
        MenuItem(N_("Accounts"), "accounts.list_accounts", "accounts.manage", ("tokens.*",), daily_for=("admin",)),
        MenuItem(N_("Devices"), "devices.list_devices", "devices.manage"),
    ),
    status=(list_device_status,),
    naming=NAMING,
)
