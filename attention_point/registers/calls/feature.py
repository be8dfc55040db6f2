"""What the calls offer the app."""

from attention_point.foundation.feature import Feature
from attention_point.foundation.journal.naming import Naming, join_namings
from attention_point.registers.calls import answer_views, views
from attention_point.registers.calls.loading import load_calls
from attention_point.registers.calls.naming import name_bulletins
from attention_point.registers.calls.queries import closing, due
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS, RECIPIENTS
from attention_point.registers.calls.sending import BULLETIN_JOB
from attention_point.registers.shared.dates import offer_dates
from attention_point.registers.shared.loading import offer
from attention_point.registers.shared.naming import naming_of

calls = Feature(
    name="calls",
    blueprints=(views.calls, views.proposals, views.recipients, views.monitoring, answer_views.blueprint),
    jobs=(BULLETIN_JOB,),
    naming=join_namings((naming_of(CALLS, PROPOSALS, RECIPIENTS, MONITORING), Naming({"bulletin": name_bulletins}))),
)
offer(calls=load_calls)
offer_dates(CALLS, closing)
offer_dates(PROPOSALS, due)
