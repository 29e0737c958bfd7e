"""The laws of reading, writing and patching JSCalendar, for every content."""

import json

from hypothesis import given

from sync.content import Content
from sync.jscalendar import patch, read, write
from tests.unit import strategies


@given(strategies.contents())
def test_what_was_written_is_read_again(content: Content) -> None:
    event = json.loads(json.dumps(write(content), sort_keys=True))

    assert read(event, default_uid="") == content


@given(strategies.contents(), strategies.contents())
def test_a_patched_event_reads_as_what_it_was_patched_to(
    before: Content, after: Content
) -> None:
    assert read(patch(write(before), before, after), default_uid="") == after


@given(strategies.contents())
def test_a_patch_without_a_change_changes_nothing(content: Content) -> None:
    raw = write(content)

    assert patch(raw, content, content) == raw
