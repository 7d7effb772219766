"""Tests of hydra/broker/translation.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.broker import translation as t
from hydra.values import Side
from tests.broker.cases import APPLE, D, intent

CENTS = st.integers(-10**9, 10**9).map(lambda cents: Decimal(cents) / 100)


@settings(deadline=None, max_examples=100)
@given(CENTS)
def test_a_price_survives_ib_asyncs_floats(price: Decimal) -> None:
    assert t.number(float(price)) == price


@settings(deadline=None, max_examples=100)
@given(CENTS)
def test_plain_numbers_have_no_exponent_and_no_trailing_zeros(value: Decimal) -> None:
    text = str(t.plain(value))
    assert "E" not in text
    assert not ("." in text and text.endswith("0"))


@pytest.mark.parametrize(
    "value", [1.7976931348623157e308, "1.7976931348623157E308", float("nan"), float("inf"), "", None, "DU1234567"]
)
def test_what_ib_uses_for_no_value_is_none(value: float | str | None) -> None:
    assert t.number(value) is None


@pytest.mark.parametrize("order", [(0.0, -0.0), (-0.0, 0.0)])
def test_zero_has_one_spelling_whichever_came_first(order: tuple[float, float]) -> None:
    t.number.cache_clear()
    assert ["0", "0"] == [str(t.number(value)) for value in order]


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.7976931348623157e308])
def test_there_is_no_price_at_or_below_zero(value: float) -> None:
    assert t.price(value) is None


def test_a_missing_quantity_is_an_error_that_names_it() -> None:
    with pytest.raises(t.Untranslatable, match="filled of order 4 is nan, expected a number"):
        t.quantity(float("nan"), "filled of order 4")


def test_an_instant_becomes_real_utc_even_in_a_freeze() -> None:
    with freeze_time("2026-11-21"):
        frozen = datetime(2012, 6, 4, 9, 30, tzinfo=ZoneInfo("US/Eastern"))
        told = t.instant(frozen)
    assert told == datetime(2012, 6, 4, 13, 30, tzinfo=UTC)
    assert type(told).__module__ == "datetime"


def test_an_instant_without_a_zone_is_an_error() -> None:
    with pytest.raises(t.Untranslatable, match="has no time zone"):
        t.instant(datetime(2012, 6, 4))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("gateway_s", "skew_s"),
    [(0, 0.0), (-1, 0.0), (0.9, 0.0), (5, 4.0), (-5, -4.0)],
)
def test_skew_counts_only_what_cutting_and_travelling_cannot_explain(gateway_s: float, skew_s: float) -> None:
    asked_at = datetime(2012, 6, 4, 15, 0, tzinfo=UTC)
    heard_at = asked_at + timedelta(seconds=1)
    gateway_at = asked_at + timedelta(seconds=gateway_s)
    assert t.clock_skew_s(gateway_at, asked_at=asked_at, heard_at=heard_at) == pytest.approx(skew_s)


def test_an_order_says_everything_a_preset_could_change() -> None:
    fields = t.order_fields(intent(quantity=D("100.0"), limit=D("155.50")), "DU1")
    assert {name: str(fields[name]) for name in ("orderId", "totalQuantity", "lmtPrice")} == {
        "orderId": "1",
        "totalQuantity": "100",
        "lmtPrice": "155.5",
    }
    told = {name: fields[name] for name in ("orderType", "tif", "account", "orderRef", "transmit", "outsideRth")}
    assert told == {
        "orderType": "LMT",
        "tif": "DAY",
        "account": "DU1",
        "orderRef": "s1/0/0",
        "transmit": True,
        "outsideRth": False,
    }
    assert fields["ocaType"] == 0


def test_a_contract_is_told_by_con_id_and_the_rest_agrees() -> None:
    assert t.contract_fields(APPLE)["conId"] == APPLE.con_id
    assert t.contract_fields(APPLE)["multiplier"] == ""


def test_a_contract_we_have_not_looked_up_is_told_by_con_id_and_routing() -> None:
    assert t.bare_contract_fields(intent().want.terms) == {
        "conId": APPLE.con_id,
        "symbol": "AAPL",
        "secType": "STK",
        "exchange": "SMART",
        "currency": "USD",
    }


@pytest.mark.parametrize(("word", "side"), [("BOT", Side.BUY), ("SLD", Side.SELL), ("BUY", Side.BUY)])
def test_sides_of_orders_and_executions(word: str, side: Side) -> None:
    assert t.side(word) is side


def test_an_unknown_side_is_an_error() -> None:
    with pytest.raises(t.Untranslatable, match="side '\\?'"):
        t.side("?")


def test_a_bar_without_a_day_is_an_error() -> None:
    with pytest.raises(t.Untranslatable, match="expected YYYYMMDD"):
        t.trading_date("finished-2012")
