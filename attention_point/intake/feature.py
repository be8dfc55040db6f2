"""What intake offers the app."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.intake import api, duplicates_views, views
from attention_point.intake.naming import NAMING
from attention_point.intake.sealed_records import SEALED_RECORDS

intake = Feature(
    name="intake",
    blueprints=(views.blueprint, duplicates_views.blueprint, api.blueprint),
    menu=(
        MenuItem(
            N_("Receive"), "desk.home", "desk.use", also=("desk.new", "desk.new_for", "desk.check", "desk.record")
        ),
        MenuItem(N_("Attentions"), "desk.listing", "visits.view"),
    ),
    checks=(SEALED_RECORDS,),
    naming=NAMING,
)
