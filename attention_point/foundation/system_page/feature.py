"""The first pages of who keeps the installation and of who leads a point, as features of the app."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.jobs.checks import list_job_status
from attention_point.foundation.language import N_
from attention_point.foundation.system_page.confirmations import CHECKS
from attention_point.foundation.system_page.program_status import list_program_status
from attention_point.foundation.system_page.task_views import blueprint as task_blueprint
from attention_point.foundation.system_page.views import blueprint

system = Feature(
    name="system",
    blueprints=(blueprint,),
    menu=(MenuItem(N_("System"), "system.show_system", "system.view", daily_for=("admin",)),),
    checks=CHECKS,
    status=(list_program_status, list_job_status),
)

tasks = Feature(
    name="tasks",
    blueprints=(task_blueprint,),
    menu=(MenuItem(N_("To do"), "tasks.show_tasks", "tasks.view", daily_for=("supervisor",)),),
)
