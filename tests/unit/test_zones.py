"""Names of time zones."""

import pytest
from hypothesis import given

from sync.windows_zones import WINDOWS_ZONES
from sync.zones import ZoneUnknown, windows_zone, zone, zone_names
from tests.unit import strategies


@given(strategies.all_zones())
def test_every_zone_opens(name: str) -> None:
    assert zone(name).key == name


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("europe/amsterdam", "Europe/Amsterdam"),
        ("Europe/Amsterdm", "Europe/Amsterdam"),
        ("America/New York", "America/New_York"),
        ("Amsterdam", "Europe/Amsterdam"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Nowhere/Land", None),
        ("x" * 10_000, None),
    ],
)
def test_an_unknown_zone_is_named_with_a_near_one(
    name: str, suggestion: str | None
) -> None:
    with pytest.raises(ZoneUnknown) as refused:
        zone(name)

    assert refused.value.suggestion == suggestion
    assert suggestion is None or suggestion in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    "name", ["", "../UTC", "/etc/localtime", "Europe/../UTC", "UTC\0", ".", "Factory"]
)
def test_no_name_leads_out_of_the_zones(name: str) -> None:
    with pytest.raises(ZoneUnknown):
        zone(name)


def test_what_windows_calls_zones_is_known() -> None:
    assert windows_zone("W. Europe Standard Time") == "Europe/Berlin"
    assert windows_zone("Europe/Berlin") is None
    assert set(WINDOWS_ZONES.values()) <= zone_names()
