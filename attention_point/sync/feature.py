"""The feature of sync: the outbox of tablets without network, and the captures that wait for a person."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_
from attention_point.sync import api, views
from attention_point.sync.models import Capture, PointKey
from attention_point.sync.naming import NAMING
from attention_point.sync.offline import views as offline_views
from attention_point.sync.outbox import contents, point_keys
from attention_point.sync.outbox.erasing import CAPTURE_ERASER
from attention_point.sync.outbox.point_keys import create_missing_keys, renew_old_keys
from attention_point.sync.outbox.review import settle_captures

sync = Feature(
    name="sync",
    blueprints=(api.blueprint, views.blueprint, offline_views.blueprint),
    menu=(MenuItem(N_("Written down without network"), "captures.list_captures", "captures.review"),),
    reference_loaders=(create_missing_keys,),
    jobs=(Job("captures", due_every_run, settle_captures), Job("point-keys", due_every_run, renew_old_keys)),
    naming=NAMING,
    erasers=(CAPTURE_ERASER,),
    rotations=(
        rotate_sealed_rows(N_("keys of the points"), point_keys.SEALING_PURPOSE, PointKey.id, PointKey.sealed_private),
        rotate_sealed_rows(N_("captures that wait"), contents.CONTENT_PURPOSE, Capture.id, Capture.sealed),
        rotate_sealed_rows(N_("receipts of captures"), contents.RECEIPT_PURPOSE, Capture.id, Capture.sealed_receipt),
    ),
)
