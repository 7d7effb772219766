"""Tests of hydra/broker/watch.py and quotes.py."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from hydra.broker.news import ErrorSeen, QuoteKindSeen, TickSeen
from hydra.broker.watch import QuoteWatch
from hydra.values import QuoteKind
from tests.broker.cases import APPLE, HOURS, NOW, D

BID, ASK, LAST, BID_SIZE, DELAYED_BID, DELAYED_ASK = 1, 2, 4, 0, 66, 67


def watching() -> QuoteWatch:
    watch = QuoteWatch()
    watch.begin(10, APPLE, HOURS, NOW)
    return watch


def tick(tick_type: int, price: str | None, size: int | None = 5) -> TickSeen:
    return TickSeen(
        request_id=10,
        tick_type=tick_type,
        price=None if price is None else Decimal(price),
        size=None if size is None else D(size),
    )


def tell(watch: QuoteWatch, *ticks: TickSeen) -> None:
    for each in ticks:
        watch.tick(each)


def test_a_quote_comes_when_both_sides_are_known_and_only_after_a_change() -> None:
    watch = watching()
    tell(watch, tick(BID, "10.00"))
    assert watch.quotes(NOW) == ((), ())
    tell(watch, tick(ASK, "10.02", 7), tick(LAST, "10.01"))
    (quote,), notices = watch.quotes(NOW)
    assert (quote.bid, quote.ask, quote.last, quote.ask_size, quote.kind) == (
        *(D("10.00"), D("10.02"), D("10.01"), D(7)),
        QuoteKind.LIVE,
    )
    assert notices == ()
    assert watch.quotes(NOW) == ((), ())


def test_a_batch_makes_one_quote_so_no_half_of_it_is_ever_shown() -> None:
    watch = watching()
    tell(watch, tick(BID, "10.00"), tick(ASK, "10.02"))
    watch.quotes(NOW)
    tell(watch, tick(BID, "10.05"), tick(ASK, "10.07"))
    (quote,), _ = watch.quotes(NOW)
    assert (quote.bid, quote.ask) == (D("10.05"), D("10.07"))


def test_a_side_that_goes_away_makes_no_quote() -> None:
    watch = watching()
    tell(watch, tick(BID, "10.00"), tick(ASK, "10.02"))
    watch.quotes(NOW)
    tell(watch, tick(BID, None, 0))
    assert watch.quotes(NOW) == ((), ())


def test_sizes_alone_refresh_a_quote_and_other_ticks_do_not() -> None:
    watch = watching()
    tell(watch, tick(BID, "10.00"), tick(ASK, "10.02"))
    watch.quotes(NOW)
    tell(watch, TickSeen(request_id=10, tick_type=8, price=None, size=D(1)))
    assert watch.quotes(NOW) == ((), ())
    tell(watch, TickSeen(request_id=10, tick_type=BID_SIZE, price=None, size=D(9)))
    (quote,), _ = watch.quotes(NOW)
    assert quote.bid_size == 9


def test_delayed_ticks_say_so_once_and_live_ones_end_it() -> None:
    watch = watching()
    watch.kind(QuoteKindSeen(request_id=10, kind=QuoteKind.DELAYED))
    tell(watch, tick(DELAYED_BID, "10.00"), tick(DELAYED_ASK, "10.02"))
    (quote,), (notice,) = watch.quotes(NOW)
    assert quote.kind is QuoteKind.DELAYED
    assert (notice.symbol, notice.kind) == ("AAPL", "delayed")
    tell(watch, tick(DELAYED_BID, "10.01"))
    assert watch.quotes(NOW)[1] == ()
    watch.kind(QuoteKindSeen(request_id=10, kind=QuoteKind.LIVE))
    tell(watch, tick(BID, "10.01"))
    assert [each.kind for each in watch.quotes(NOW)[1]] == ["live"]


def test_delayed_tick_types_make_a_delayed_quote_even_when_nobody_said_so() -> None:
    watch = watching()
    tell(watch, tick(DELAYED_BID, "10.00"), tick(DELAYED_ASK, "10.02"))
    (quote,), _ = watch.quotes(NOW)
    assert quote.kind is QuoteKind.DELAYED


@pytest.mark.parametrize(("code", "kind"), [(354, "missing"), (10168, "missing"), (10167, "delayed"), (200, "missing")])
def test_an_error_code_of_a_subscription_is_a_sentence_about_its_symbol(code: int, kind: str) -> None:
    (notice,) = watching().refused(ErrorSeen(target_id=10, code=code, text="Requested market data"))
    assert (notice.symbol, notice.kind, notice.text) == ("AAPL", kind, f"{code} Requested market data")


def test_an_error_of_another_request_says_nothing_about_quotes() -> None:
    assert watching().refused(ErrorSeen(target_id=11, code=354, text="")) == ()


def test_a_symbol_without_a_quote_in_an_open_session_is_missing_once() -> None:
    watch = watching()
    assert watch.silent(NOW + timedelta(seconds=59), 60) == ()
    (notice,) = watch.silent(NOW + timedelta(seconds=60), 60)
    assert (notice.kind, notice.text) == ("missing", "no quote of AAPL within 60 s of an open session")
    assert watch.silent(NOW + timedelta(seconds=61), 60) == ()
    tell(watch, tick(BID, "10.00"), tick(ASK, "10.02"))
    assert [each.kind for each in watch.quotes(NOW)[1]] == ["live"]


def test_silence_counts_from_the_opening_and_not_while_closed() -> None:
    watch = QuoteWatch()
    watch.begin(10, APPLE, HOURS, HOURS[0].open_at - timedelta(hours=5))
    assert watch.silent(HOURS[0].open_at - timedelta(seconds=1), 60) == ()
    assert watch.silent(HOURS[0].open_at + timedelta(seconds=30), 60) == ()
    assert len(watch.silent(HOURS[0].open_at + timedelta(seconds=60), 60)) == 1


def test_a_new_subscription_replaces_the_older_one() -> None:
    watch = watching()
    tell(watch, tick(BID, "10.00"), tick(ASK, "10.02"))
    watch.begin(11, APPLE, HOURS, NOW)
    assert watch.quotes(NOW) == ((), ())
    assert not watch.owns(10)
    assert watch.instruments() == ((APPLE, HOURS),)


def test_new_hours_are_learned_for_what_is_subscribed() -> None:
    watch = watching()
    assert watch.learn_hours(APPLE.con_id, ()) is True
    assert watch.instruments() == ((APPLE, ()),)
    assert watch.learn_hours(1, HOURS) is False
