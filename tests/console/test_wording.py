"""How figures, instants and the market's hours are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hydra.console import wording
from tests.control.standing_desk import status_with


@pytest.mark.parametrize(
    ("amount", "plain", "with_sign"),
    [
        (None, "-", "-"),
        (Decimal("1234.5"), "1,234.50", "+1,234.50"),
        (Decimal("-0.5"), "-0.50", "-0.50"),
        (Decimal(0), "0.00", "+0.00"),
    ],
)
def test_money_has_two_places_and_unknown_is_a_dash(amount: Decimal | None, plain: str, with_sign: str) -> None:
    assert (plain, with_sign) == (wording.money(amount), wording.signed(amount))


@pytest.mark.parametrize(
    ("quantity", "text"), [("100", "100"), ("1E+2", "100"), ("1200.00", "1,200"), ("-0.5", "-0.5"), ("0", "0")]
)
def test_shares_have_decimals_only_where_there_are_any(quantity: str, text: str) -> None:
    assert text == wording.shares(Decimal(quantity))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"),
        (60, "1 min"),
        (61.4, "1 min 1 s"),
        (7_200, "2 h"),
        (7_265, "2 h 1 min"),
        (2 * 86_400 + 3 * 3600 + 59, "2 d 3 h"),
    ],
)
def test_a_duration_is_its_two_largest_parts(seconds: float, text: str) -> None:
    assert text == wording.lasting(seconds)


@pytest.mark.parametrize(
    ("at", "is_open", "speed", "text"),
    [
        (datetime(2012, 6, 4, 14, 31, tzinfo=UTC), True, 60.0, "market open, closes 16:00 New York"),
        (datetime(2012, 7, 3, 16, 0, tzinfo=UTC), True, 60.0, "market open, closes 13:00 New York"),
        (datetime(2012, 6, 4, 3, 0, tzinfo=UTC), True, 60.0, "market open"),
        (
            *(datetime(2012, 6, 4, 14, 31, tzinfo=UTC), False, 1.0),
            "market hours not known yet: waiting for the broker",
        ),
        (
            *(datetime(2026, 11, 21, 15, 0, tzinfo=UTC), False, 1.0),
            "market closed, opens Mon 2026-11-23 09:30 New York (in 1 d 23 h)",
        ),
        (
            *(datetime(2012, 6, 4, 20, 30, tzinfo=UTC), False, 60.0),
            "market closed, opens Tue 2012-06-05 09:30 New York (in 17 min)",
        ),
    ],
)
def test_the_market_says_until_or_from_when_and_the_wait_is_real(
    at: datetime, is_open: bool, speed: float, text: str
) -> None:
    assert text == wording.market(status_with(market_at=at, session_open=is_open, speed=speed))


def test_the_trading_state_comes_with_who_and_why_where_there_is_one() -> None:
    assert "PAUSED by ada: lunch" == wording.trading(status_with())
    assert "ACTIVE" == wording.trading(status_with(trading="ACTIVE", trading_by="", trading_reason=""))


def test_the_last_comparison_has_its_time_once_there_was_one() -> None:
    assert "10:31:07 no differences, 0 repaired (scheduled)" == wording.reconciled(status_with())
    assert "not yet" == wording.reconciled(status_with(reconciled_at=None, reconciled_text="not yet"))
