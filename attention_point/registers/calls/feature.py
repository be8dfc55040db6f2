"""The feature of the calls: calls, proposals, recipients, the process, bulletins and their answers."""

from attention_point.foundation.feature import Feature
from attention_point.foundation.journal.naming import RecordNaming, join_namings
from attention_point.registers.calls import views
from attention_point.registers.calls.bulletin import answer_views
from attention_point.registers.calls.bulletin.naming import name_bulletins
from attention_point.registers.calls.bulletin.sending import BULLETIN_JOB
from attention_point.registers.calls.loading import load_calls
from attention_point.registers.calls.queries import list_closing_calls, list_proposal_deadlines
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS, RECIPIENTS
from attention_point.registers.shared.naming import build_naming
from attention_point.registers.shared.records.due_dates import register_due_dates
from attention_point.registers.shared.records.loading import register_sections

calls = Feature(
    name="calls",
    blueprints=(
        views.calls_blueprint,
        views.proposals_blueprint,
        views.recipients_blueprint,
        views.monitoring_blueprint,
        answer_views.answers_blueprint,
    ),
    # Drafted by the job, sent by a person only.
    jobs=(BULLETIN_JOB,),
    naming=join_namings(
        (build_naming(CALLS, PROPOSALS, RECIPIENTS, MONITORING), RecordNaming({"bulletin": name_bulletins}))
    ),
)
register_sections(calls=load_calls)
register_due_dates(CALLS, list_closing_calls)
register_due_dates(PROPOSALS, list_proposal_deadlines)
