"""The feature of referrals: pages and menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.referrals import views

referrals = Feature(
    name="referrals",
    blueprints=(views.blueprint,),
    menu=(MenuItem(N_("Referrals"), "referrals.list_referrals", "referrals.view", daily_for=("agent", "supervisor")),),
)
