"""The feature of referrals: pages and menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.referrals import views
from attention_point.referrals.follow_up import views as follow_up_views
from attention_point.referrals.follow_up.overdue import FOLLOW_UP_JOB

referrals = Feature(
    name="referrals",
    blueprints=(views.blueprint, follow_up_views.blueprint),
    menu=(
        MenuItem(
            N_("Referrals"),
            "referrals.list_referrals",
            "referrals.view",
            further_endpoints=("late_referrals.*",),
            daily_for=("agent", "supervisor"),
        ),
    ),
    jobs=(FOLLOW_UP_JOB,),
)
