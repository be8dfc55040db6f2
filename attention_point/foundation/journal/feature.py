"""What the journal offers the app."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.journal.checks import CHECKS
from attention_point.foundation.journal.commands import journal_commands
from attention_point.foundation.journal.views import blueprint
from attention_point.foundation.language import N_

journal = Feature(
    name="journal",
    blueprints=(blueprint,),
    menu=(MenuItem(N_("Journal"), "journal.listing", "journal.view"),),
    commands=(journal_commands,),
    checks=CHECKS,
)
