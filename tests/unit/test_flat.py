"""The flat form shows an appointment; sending it back changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from services.items.appointments import with_details
from services.items.flat_form import edited, fields_in, flat_of, read_flat
from sync.content import Content
from sync.normal import normal
from tests.unit.strategies import contents

ZONES = st.sampled_from(
    ["Europe/Amsterdam", "UTC", "Asia/Kathmandu", "America/New_York"]
)


@given(contents(), ZONES)
def test_what_was_shown_and_is_sent_back_changes_nothing(
    content: Content, zone: str
) -> None:
    shown = flat_of(content.details, zone=zone)

    said = read_flat({**shown, "id": "x", "etag": '"1"'})

    assert fields_in(said) == {}
    assert edited(content.details, said, zone=zone) == content.details


@given(contents())
def test_a_series_that_stays_as_it_is_keeps_its_exceptions(content: Content) -> None:
    assert normal(with_details(content, content.details)) == normal(content)
