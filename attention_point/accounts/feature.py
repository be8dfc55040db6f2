"""The feature of accounts: pages, menu and names for the journal."""

from attention_point.accounts.administration.account_views import blueprint as administration
from attention_point.accounts.administration.token_views import blueprint as tokens
from attention_point.accounts.administration.way_back_views import blueprint as ways_back
from attention_point.accounts.devices.api import blueprint as devices_api
from attention_point.accounts.devices.device_status import list_device_status
from attention_point.accounts.devices.views import blueprint as devices
from attention_point.accounts.naming import NAMING
from attention_point.accounts.second_factor.models import SecondFactor, WayBack
from attention_point.accounts.second_factor.records import FACTOR_PURPOSE, WAY_BACK_PURPOSE
from attention_point.accounts.second_factor.status import check_second_steps, list_second_step_status, list_tasks
from attention_point.accounts.sign_in.own_account_views import blueprint as own_account
from attention_point.accounts.sign_in.own_factor_views import blueprint as own_factors
from attention_point.accounts.sign_in.views import blueprint as sign_in
from attention_point.foundation.doctor import Check
from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_

accounts = Feature(
    name="accounts",
    blueprints=(sign_in, own_account, own_factors, administration, ways_back, tokens, devices, devices_api),
    menu=(
        MenuItem(N_("Accounts"), "accounts.list_accounts", "accounts.manage", ("tokens.*",), daily_for=("admin",)),
        MenuItem(N_("Devices"), "devices.list_devices", "devices.manage"),
        MenuItem(N_("Lost devices"), "ways_back.list_ways_back", "accounts.confirm_way_back", is_rare=True),
    ),
    checks=(Check(N_("Second step at sign-in"), check_second_steps, is_advice=True, skips_demo=True),),
    tasks=(list_tasks,),
    status=(list_device_status, list_second_step_status),
    rotations=(
        rotate_sealed_rows(N_("second steps of accounts"), FACTOR_PURPOSE, SecondFactor.id, SecondFactor.sealed),
        rotate_sealed_rows(N_("ways back to accounts"), WAY_BACK_PURPOSE, WayBack.id, WayBack.sealed),
    ),
    naming=NAMING,
)
