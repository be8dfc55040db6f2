"""The first page of whoever leads a point: what waits, what is late first, each line leading to the thing itself."""

from flask import Blueprint, current_app, render_template

from attention_point.foundation.access import requires
from attention_point.foundation.doctor import TASK_GROUPS, Task
from attention_point.foundation.web.transactions import current_actor, db_session

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")


@blueprint.get("")
@requires("tasks.view")
def show_tasks() -> str:
    """Show what waits: late, today, next. It counts and names nobody, so that the journal keeps nothing of it."""
    session, actor = db_session(), current_actor()
    tasks: list[Task] = [task for list_tasks in current_app.extensions["tasks"] for task in list_tasks(session, actor)]
    tasks_by_group = {group: [task for task in tasks if task.group == group] for group in TASK_GROUPS}
    groups = {group: group_tasks for group, group_tasks in tasks_by_group.items() if group_tasks}
    return render_template("system/tasks.html", groups=groups)
