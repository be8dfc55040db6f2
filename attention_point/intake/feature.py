"""The feature of intake: pages, API, menu, checks and names for the journal."""

from attention_point.foundation.erasers import Eraser
from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_
from attention_point.intake import api, form_drafts
from attention_point.intake.corrections import api as corrections_api
from attention_point.intake.corrections.pages import views as corrections_views
from attention_point.intake.duplicates import views as duplicates_views
from attention_point.intake.erasure import kept_counts
from attention_point.intake.erasure import views as erasure_views
from attention_point.intake.erasure.erasers import ERASERS
from attention_point.intake.erasure.models import ErasedCount
from attention_point.intake.erasure.purge import RETENTION_CHECK
from attention_point.intake.key_renewal.person_keys import PERSON_KEY_ROTATION
from attention_point.intake.models import FormDraft
from attention_point.intake.openings import views as openings_views
from attention_point.intake.openings.notices import OPENINGS_NOTICE_JOB
from attention_point.intake.openings.review import REVIEW_PERMISSION
from attention_point.intake.openings.review import list_tasks as list_opened_files
from attention_point.intake.pages import desk_blueprint, search_views, turn_views, visit_views
from attention_point.intake.pages.naming import NAMING
from attention_point.intake.pages.unsaved_visits import check_views, form_views
from attention_point.intake.records.checks import SEALED_RECORDS_CHECK
from attention_point.people.break_glass import grants
from attention_point.people.duplicates.candidate_search import CANDIDATE_SEARCH_JOB
from attention_point.people.duplicates.pairs import list_tasks as list_pairs
from attention_point.people.erasure import erasure_list, repeating
from attention_point.people.erasure.models import Erasure
from attention_point.people.search.tag_rebuild import TAG_REBUILD_JOB
from attention_point.people.search.tag_rotation import TAG_ROTATION

# Imported for the views that they add to the desk's blueprint.
_DESK_VIEWS = (search_views, form_views, check_views, visit_views, turn_views)

intake = Feature(
    name="intake",
    blueprints=(
        desk_blueprint.blueprint,
        openings_views.blueprint,
        duplicates_views.blueprint,
        api.blueprint,
        corrections_api.blueprint,
        corrections_views.blueprint,
        erasure_views.blueprint,
    ),
    menu=(
        MenuItem(
            N_("Receive"),
            "desk.show_search",
            "desk.use",
            # The form, the check page and the pages of a person belong to receiving: it stays marked on them.
            further_endpoints=(
                "desk.show_search_results",
                "desk.show_new_visit_form",
                "desk.show_visit_form_for_person",
                "desk.show_form_draft",
                "desk.show_check_page",
                "desk.show_found_people",
                "desk.show_person",
                "openings.ask_reason",
                "corrections.show_person_correction",
                "duplicates.*",
                "erasures.*",
            ),
            daily_for=("agent", "supervisor"),
        ),
        MenuItem(N_("Visits"), "desk.list_visits", "visits.view", daily_for=("agent", "supervisor")),
        MenuItem(N_("Opened files"), "openings.list_openings", REVIEW_PERMISSION),
    ),
    jobs=(
        Job("form-drafts", due_every_run, form_drafts.delete_old_drafts),
        TAG_REBUILD_JOB,
        CANDIDATE_SEARCH_JOB,
        repeating.ERASURE_JOB,
        OPENINGS_NOTICE_JOB,
    ),
    checks=(SEALED_RECORDS_CHECK, *repeating.CHECKS, RETENTION_CHECK),
    naming=NAMING,
    tasks=(list_opened_files, list_pairs),
    rotations=(
        PERSON_KEY_ROTATION,
        TAG_ROTATION,
        rotate_sealed_rows(N_("forms that are not saved"), form_drafts.SEALING_PURPOSE, FormDraft.id, FormDraft.sealed),
        rotate_sealed_rows(
            N_("notes of erased files"), erasure_list.SEALING_PURPOSE, Erasure.person_id, Erasure.sealed
        ),
        rotate_sealed_rows(
            N_("counts of erased visits"), kept_counts.SEALING_PURPOSE, ErasedCount.id, ErasedCount.sealed
        ),
    ),
    erasers=(*ERASERS, Eraser(N_("reasons for opening files"), grants.delete_grants)),
)
