"""Tests of hydra/broker/listings.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from hydra.broker.listings import LinkLost, Listing, Listings, RequestRefused
from hydra.broker.news import (
    CommissionSeen,
    Ended,
    ErrorSeen,
    ExecutionSeen,
    News,
    Part,
    PositionSeen,
    Row,
)
from hydra.values import PositionLine
from tests.broker.cases import D, commission, execution


def position(quantity: int) -> PositionSeen:
    line = PositionLine(con_id=1, symbol="AAPL", quantity=D(quantity), average_cost=D(1))
    return PositionSeen(account="DU1", line=line)


def on_loop(test: Callable[[Listings, Callable[..., Listing]], None]) -> None:
    """Futures want a loop; nothing waits on it."""

    async def run() -> None:
        listings = Listings()

        def begin(part: Part, request_id: int = 0) -> Listing:
            answer: asyncio.Future[tuple[Row, ...]] = asyncio.get_running_loop().create_future()
            listing = listings.begin(part, request_id, answer)
            listing.is_sent = True
            return listing

        test(listings, begin)

    asyncio.run(run())


def take(listings: Listings, *news: News) -> list[bool]:
    return [listings.take(each) for each in news]


def test_a_listing_has_the_rows_between_its_request_and_its_end() -> None:
    def test(listings: Listings, begin: Callable[..., Listing]) -> None:
        take(listings, position(1))
        listing = begin(Part.POSITIONS)
        take(listings, position(2), Ended(part=Part.POSITIONS), position(3))
        assert listing.answer.result() == (position(2),)

    on_loop(test)


def test_rows_before_the_end_marker_of_an_abandoned_listing_are_not_the_next_ones() -> None:
    def test(listings: Listings, begin: Callable[..., Listing]) -> None:
        late = begin(Part.POSITIONS)
        take(listings, position(1))
        listings.give_up(late)
        listing = begin(Part.POSITIONS)
        take(listings, position(2), Ended(part=Part.POSITIONS))
        assert not listing.answer.done()
        take(listings, position(1), position(2), Ended(part=Part.POSITIONS))
        assert listing.answer.result() == (position(1), position(2))

    on_loop(test)


def test_a_listing_that_was_never_sent_owes_no_end_marker() -> None:
    def test(listings: Listings, begin: Callable[..., Listing]) -> None:
        unsent = begin(Part.POSITIONS)
        unsent.is_sent = False
        listings.give_up(unsent)
        listing = begin(Part.POSITIONS)
        take(listings, position(2), Ended(part=Part.POSITIONS))
        assert listing.answer.result() == (position(2),)

    on_loop(test)


def test_numbered_listings_are_told_apart_by_their_ids_and_commissions_go_to_all_of_executions() -> None:
    def test(listings: Listings, begin: Callable[..., Listing]) -> None:
        listing = begin(Part.EXECUTIONS, 5)
        row = ExecutionSeen(request_id=5, account="DU1", execution=execution())
        live = ExecutionSeen(request_id=-1, account="DU1", execution=execution("0002.01"))
        cost = CommissionSeen(commission=commission())
        take(listings, live, row, cost, Ended(part=Part.EXECUTIONS, request_id=4))
        assert not listing.answer.done()
        take(listings, Ended(part=Part.EXECUTIONS, request_id=5))
        assert listing.answer.result() == (row, cost)

    on_loop(test)


def test_an_error_code_for_a_request_is_its_answer_and_nobody_elses_news() -> None:
    def test(listings: Listings, begin: Callable[..., Listing]) -> None:
        listing = begin(Part.CONTRACT, 5)
        notice = ErrorSeen(target_id=5, code=2104, text="farm")
        other = ErrorSeen(target_id=6, code=200, text="other")
        error = ErrorSeen(target_id=5, code=200, text="none")
        assert take(listings, notice, other, error) == [False, False, True]
        with pytest.raises(RequestRefused, match="contract details: 200 none"):
            listing.answer.result()

    on_loop(test)


def test_the_end_of_the_socket_is_the_end_of_every_listing() -> None:
    def test(listings: Listings, begin: Callable[..., Listing]) -> None:
        listing = begin(Part.VALUES)
        listings.fail_all(LinkLost("gone"))
        with pytest.raises(LinkLost, match="gone"):
            listing.answer.result()

    on_loop(test)


def test_one_part_without_an_id_cannot_be_listed_twice_at_once() -> None:
    def test(listings: Listings, begin: Callable[..., Listing]) -> None:
        begin(Part.VALUES)
        with pytest.raises(RuntimeError, match="account values is being listed already"):
            begin(Part.VALUES)

    on_loop(test)
