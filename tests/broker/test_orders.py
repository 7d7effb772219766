"""Tests of hydra/broker/orders.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hydra.broker.orders import Fate, SessionOrders
from tests.broker.cases import intent, opened, status


def test_a_ref_is_taken_once_per_session() -> None:
    orders = SessionOrders(7)
    assert orders.queue(intent()) is True
    assert orders.queue(intent()) is False
    assert orders.fate("s1/0/0") is Fate.QUEUED


def test_a_ref_that_was_cancelled_before_it_came_is_not_taken() -> None:
    orders = SessionOrders(7)
    orders.settle("s1/0/0", Fate.CANCELLED_EARLY)
    assert orders.queue(intent()) is False


def test_a_repeated_status_is_told_once_and_a_changed_one_again() -> None:
    orders = SessionOrders(7)
    orders.queue(intent())
    first = orders.status(status())
    assert first is not None
    assert first.order_ref == "s1/0/0"
    assert orders.status(status()) is None
    changed = orders.status(status(filled=10))
    assert changed is not None
    assert changed.filled == 10


@pytest.mark.parametrize("word", ["Submitted", "Inactive"])
def test_a_listing_that_leaves_an_order_out_makes_its_next_status_news_again(word: str) -> None:
    """A held order that came only after each listing's end was told once, and called rejected while it was named."""
    orders = SessionOrders(7)
    orders.queue(intent())
    orders.status(status(word))
    orders.begin_listing()
    assert orders.status(status(word)) is None
    orders.end_listing()
    assert orders.status(status(word)) is None
    orders.begin_listing()
    orders.end_listing()
    assert orders.status(status(word)) is not None
    assert orders.status(status(word)) is None


def test_an_ended_order_that_no_listing_shows_is_no_news() -> None:
    orders = SessionOrders(7)
    orders.queue(intent())
    orders.status(status("Cancelled"))
    orders.begin_listing()
    orders.end_listing()
    assert orders.status(status("Cancelled")) is None


def test_an_open_order_acknowledges_until_a_status_does() -> None:
    orders = SessionOrders(7)
    acknowledged = orders.opened(opened())
    assert acknowledged is not None
    assert (acknowledged.order_ref, acknowledged.status) == ("s1/0/0", "Submitted")
    assert orders.status(status()) is None
    assert orders.opened(opened(status="PreSubmitted")) is None


def test_an_open_order_never_ends_an_order() -> None:
    assert SessionOrders(7).opened(opened(status="Cancelled")) is None


def test_an_orphan_status_is_told_without_a_ref() -> None:
    told = SessionOrders(7).status(status(order_id=99))
    assert told is not None
    assert (told.order_ref, told.broker_order_id) == ("", 99)


def test_a_manual_order_is_known_by_its_perm_id() -> None:
    orders = SessionOrders(7)
    orders.opened(opened("by hand", order_id=0, perm_id=55))
    told = orders.status(status(order_id=0, perm_id=55))
    assert told is None or told.order_ref == "by hand"
    changed = orders.status(status("PendingCancel", order_id=0, perm_id=55))
    assert changed is not None
    assert changed.order_ref == "by hand"


def test_an_order_of_another_client_with_our_number_is_another_order() -> None:
    orders = SessionOrders(7)
    orders.queue(intent())
    told = orders.status(replace(status(), client_id=8, perm_id=77))
    assert told is not None
    assert told.order_ref == ""


def test_an_error_names_an_order_by_its_id() -> None:
    orders = SessionOrders(7)
    orders.queue(intent())
    assert orders.ref_of(1) == "s1/0/0"
    assert orders.ref_of(2) == ""
