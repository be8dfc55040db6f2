"""The feature of the portal: pages and menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.portal import api, views
from attention_point.portal.notifying.jobs import NOTICE_JOB

portal = Feature(
    name="portal",
    blueprints=(views.blueprint, api.blueprint),
    jobs=(NOTICE_JOB,),
    menu=(MenuItem(N_("Our referrals"), "portal.show_inbox", "portal.use", daily_for=("entity",)),),
)
