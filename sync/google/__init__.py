"""Google's events as content, and content as Google's events. Pure.

`Rows` is what Google holds of one event; `content_of` folds it into one content;
`project` says what Google would hold of any content; `insert_body` and `steps` are the
writes.
"""

from sync.google.arrival import gathered, lone, with_row
from sync.google.errors import AttendeesOmitted, Unreadable
from sync.google.folding import content_of, notes, orphans
from sync.google.guests import guest_addresses, own_addresses
from sync.google.landed import landed_in
from sync.google.moments import key_of, original_start, slot_key, slot_of
from sync.google.patching import patch_body
from sync.google.projecting import insert_body, project, rows_for
from sync.google.rows import (
    Born,
    Row,
    as_write,
    born_by,
    changed_at,
    etag_of,
    event_type,
    ical_uid,
    is_deleted,
    is_instance,
    marker_of,
    master_id,
    meeting_of,
    my_answer,
    organizer_is_self,
    reduced,
    write_of,
)
from sync.google.series import Rows, rows_json, rows_of, versions
from sync.google.stepping import Kind, RowChange, revived_body, steps

__all__ = [
    "AttendeesOmitted",
    "Born",
    "Kind",
    "Row",
    "RowChange",
    "Rows",
    "Unreadable",
    "as_write",
    "born_by",
    "changed_at",
    "content_of",
    "etag_of",
    "event_type",
    "gathered",
    "guest_addresses",
    "ical_uid",
    "insert_body",
    "is_deleted",
    "is_instance",
    "key_of",
    "landed_in",
    "lone",
    "marker_of",
    "master_id",
    "meeting_of",
    "my_answer",
    "notes",
    "organizer_is_self",
    "original_start",
    "orphans",
    "own_addresses",
    "patch_body",
    "project",
    "reduced",
    "revived_body",
    "rows_for",
    "rows_json",
    "rows_of",
    "slot_key",
    "slot_of",
    "steps",
    "versions",
    "with_row",
    "write_of",
]
