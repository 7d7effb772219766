"""Instants as texts and back."""

import pytest

from hydra.gateway.instants import clock_text, execution_text, midnight_us, parse_text, zoned_text

FIVE_PAST_OPEN = 1_338_816_900_000_000  # 2012-06-04 09:35:00 New York


def test_times_of_executions_carry_their_zone_from_version_174_on() -> None:
    assert "20120604  09:35:00" == execution_text(FIVE_PAST_OPEN, "US/Eastern", 173)
    assert "20120604 09:35:00 US/Eastern" == execution_text(FIVE_PAST_OPEN, "US/Eastern", 174)
    assert "20120604 14:35:00 Europe/London" == zoned_text(FIVE_PAST_OPEN, "Europe/London")
    assert "2012-06-04 09:35:00 US/Eastern" == clock_text(FIVE_PAST_OPEN)


@pytest.mark.parametrize(
    "text",
    ["20120604 09:35:00", "20120604 09:35:00 US/Eastern", "20120604 14:35:00 Europe/London", "20120604-13:35:00"],
)
def test_every_form_of_a_time_is_read(text: str) -> None:
    assert FIVE_PAST_OPEN == parse_text(text, "US/Eastern")


def test_a_bare_day_is_its_midnight() -> None:
    assert midnight_us(FIVE_PAST_OPEN) == parse_text("20120604", "US/Eastern")


@pytest.mark.parametrize(
    "text", ["", "soon", "20120604 25:00:00", "20120604 09:35:00 Moon/Base", "1 2 3 4", "20121340-00:00:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_text(text, "US/Eastern")


@pytest.mark.parametrize(("text", "hours"), [("20120310", 24), ("20120311", 23), ("20121104", 25)])
def test_midnight_knows_daylight_saving(text: str, hours: int) -> None:
    start = parse_text(text, "US/Eastern")
    end = start + hours * 3_600_000_000
    assert (start, start, end) == (midnight_us(start), midnight_us(end - 1), midnight_us(end))
