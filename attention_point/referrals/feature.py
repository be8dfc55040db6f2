"""The feature of referrals: pages and menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_
from attention_point.referrals import views
from attention_point.referrals.entity_rows.entity_tags import TAG_ROTATION
from attention_point.referrals.follow_up import escalations, recalls
from attention_point.referrals.follow_up import views as follow_up_views
from attention_point.referrals.follow_up.overdue import FOLLOW_UP_JOB
from attention_point.referrals.models import DataRecall, ReferralNotice
from attention_point.referrals.monitor import views as monitor_views
from attention_point.referrals.notices import SEALING_PURPOSE
from attention_point.referrals.reasons import views as reason_views

referrals = Feature(
    name="referrals",
    blueprints=(views.blueprint, follow_up_views.blueprint, monitor_views.blueprint, reason_views.blueprint),
    menu=(
        MenuItem(
            N_("Referrals"),
            "referrals.list_referrals",
            "referrals.view",
            further_endpoints=("late_referrals.*",),
            daily_for=("agent", "supervisor"),
        ),
        MenuItem(N_("Monitor"), "referral_monitor.show_monitor", "referrals.monitor", daily_for=("office",)),
    ),
    jobs=(FOLLOW_UP_JOB,),
    tasks=(escalations.list_tasks,),
    rotations=(
        TAG_ROTATION,
        rotate_sealed_rows(N_("notices to entities"), SEALING_PURPOSE, ReferralNotice.id, ReferralNotice.sealed),
        rotate_sealed_rows(
            N_("data that entities stop using"), recalls.SEALING_PURPOSE, DataRecall.id, DataRecall.sealed
        ),
    ),
)
