"""The feature of the shared base: the overview of registers, the organisations, the command line."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.language import N_
from attention_point.registers.shared.naming import build_naming
from attention_point.registers.shared.pages.overview import organisations_blueprint, registers_blueprint
from attention_point.registers.shared.records import attachments, removals
from attention_point.registers.shared.records.organisations import ORGANISATIONS

registers = Feature(
    name="registers",
    blueprints=(registers_blueprint, organisations_blueprint),
    # The organisations belong to no single register, so their permission opens the overview.
    jobs=(
        Job("removed-records", due_every_run, removals.delete_old_removals),
        Job("attachments", due_every_run, attachments.delete_unknown_files),
    ),
    menu=(MenuItem(N_("Registers"), "registers.show_overview", "organisations.view", daily_for=("office", "auditor")),),
    naming=build_naming(ORGANISATIONS),
)
