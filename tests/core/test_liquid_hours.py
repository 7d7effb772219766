"""IB's text of liquid hours, as it really comes."""

from datetime import UTC, datetime

import pytest

from hydra.core.liquid_hours import UnreadableHours, parse_liquid_hours
from hydra.values import SessionHours


def hours(first: str, last: str) -> SessionHours:
    opens, closes = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last))
    return SessionHours(open_at=opens, close_at=closes)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        (
            "20261123:0930-20261123:1600;20261124:CLOSED",
            "US/Eastern",
            (hours("2026-11-23 14:30", "2026-11-23 21:00"),),
        ),
        ("20180323:0400-2000", "EST", (hours("2018-03-23 08:00", "2018-03-24 00:00"),)),
        (
            "20261123:0930-20261123:1600",
            "EST (Eastern Standard Time)",
            (hours("2026-11-23 14:30", "2026-11-23 21:00"),),
        ),
        (
            "20261030:0930-20261030:1600;20261102:0930-20261102:1600",
            "America/New_York",
            (hours("2026-10-30 13:30", "2026-10-30 20:00"), hours("2026-11-02 14:30", "2026-11-02 21:00")),
        ),
        (
            "20180323:0900-1130,1230-1500",
            "JST",
            (hours("2018-03-23 00:00", "2018-03-23 02:30"), hours("2018-03-23 03:30", "2018-03-23 06:00")),
        ),
        (
            "20261123:1700-20261124:1600;",
            "US/Central",
            (hours("2026-11-23 23:00", "2026-11-24 22:00"),),
        ),
        ("20180323:1700-1600", "CST", (hours("2018-03-23 22:00", "2018-03-24 21:00"),)),
        ("20261124:CLOSED", "US/Eastern", ()),
        ("", "US/Eastern", ()),
    ],
)
def test_every_known_form_is_read(text: str, zone: str, expected: tuple[SessionHours, ...]) -> None:
    assert parse_liquid_hours(text, zone) == expected


@pytest.mark.parametrize(
    ("text", "zone", "word"),
    [
        ("20261123:0930", "US/Eastern", "0930"),
        ("20261323:0930-1600", "US/Eastern", "20261323"),
        ("20261123:0930-2561", "US/Eastern", "2561"),
        ("20261123:1600-20261123:0930", "US/Eastern", "not after"),
        ("nonsense", "US/Eastern", "nonsense"),
        ("20261123:0930-1600", "Mars/Olympus", "Mars/Olympus"),
        ("20261123:0930-1600", "", "''"),
    ],
)
def test_what_makes_no_sense_is_told_and_not_guessed(text: str, zone: str, word: str) -> None:
    with pytest.raises(UnreadableHours, match=word):
        parse_liquid_hours(text, zone)
