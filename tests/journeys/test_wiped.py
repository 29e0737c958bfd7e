"""What is measured with a thousand events holds with fifty."""

import pytest

from benchmarks import wiped


def test_a_wiped_calendar_is_answered_with_a_yes_and_with_a_no(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert wiped.main(50) == 0

    assert "As asked." in capsys.readouterr().out
