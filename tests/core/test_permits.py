"""Permits: for exactly one order, for a time, of one sync, younger than every gate event."""

from dataclasses import fields, replace
from typing import Any

import pytest

from hydra.core.permits import check_permit, content_hash, permit_for
from hydra.values import OrderTerms, OrderWant, Permit, Purpose, Side
from tests.core.books import NOW, D, later, want


def permit(**changes: Any) -> Permit:
    plain = permit_for(want(), risk_sync=3, as_of_seq=50, now=NOW, ttl_s=10.0)
    return replace(plain, **changes)


CHANGED: dict[str, Any] = {
    "order_ref": "s1.1.2",
    "parent_ref": "s2",
    "slice_n": 2,
    "attempt_n": 2,
    "purpose": Purpose.EXIT,
    "episode": "AAPL#1",
    "bid": D("99.98"),
    "ask": D("100.02"),
    "quote_at": later(1),
    "origin": "router/s2",
}
CHANGED_TERMS: dict[str, Any] = {
    "con_id": 1,
    "symbol": "IBM",
    "side": Side.SELL,
    "quantity": D(101),
    "limit": D("100.01"),
    "tif": "GTC",
}


def test_every_field_is_either_hashed_or_left_out_on_purpose() -> None:
    hashed = {*CHANGED, "terms"}
    assert {field.name for field in fields(OrderWant)} - hashed == {"origin_sync", "valid_until"}
    assert {field.name for field in fields(OrderTerms)} == set(CHANGED_TERMS)


@pytest.mark.parametrize("name", CHANGED)
def test_another_content_has_another_hash(name: str) -> None:
    assert content_hash(replace(want(), **{name: CHANGED[name]})) != content_hash(want())


@pytest.mark.parametrize("name", CHANGED_TERMS)
def test_other_terms_have_another_hash(name: str) -> None:
    terms = replace(want().terms, **{name: CHANGED_TERMS[name]})
    assert content_hash(replace(want(), terms=terms)) != content_hash(want())


def test_when_a_wish_may_be_acted_on_is_not_its_content() -> None:
    assert content_hash(want(origin_sync=9, valid_until=later(99))) == content_hash(want())


def test_the_same_number_written_otherwise_has_the_same_hash() -> None:
    assert content_hash(want("100.0", "100.000")) == content_hash(want("1E+2", "100"))


def test_parts_cannot_flow_into_each_other() -> None:
    left = want(order_ref="a1", parent_ref="b")
    right = want(order_ref="a", parent_ref="1b")
    assert content_hash(left) != content_hash(right)


def test_a_permit_covers_its_order() -> None:
    assert check_permit(want(), permit(), now=later(9), risk_sync=3, gate_seq=50) is None


def test_a_permit_never_outlives_the_wish() -> None:
    assert permit_for(want(), risk_sync=3, as_of_seq=50, now=later(25), ttl_s=10.0).expires_at == later(30)


@pytest.mark.parametrize(
    ("given", "now_s", "sync", "gate_seq", "word"),
    [
        (permit(order_ref="s2.1.1"), 0, 3, 50, "for order s2.1.1"),
        (permit(order_hash="0"), 0, 3, 50, "content"),
        (permit(), 10, 3, 50, "expired"),
        (permit(), 0, 4, 50, "sync 3, current is 4"),
        (permit(), 0, 3, 51, "at 51"),
    ],
)
def test_a_permit_is_void(given: Permit, now_s: float, sync: int, gate_seq: int, word: str) -> None:
    reason = check_permit(want(), given, now=later(now_s), risk_sync=sync, gate_seq=gate_seq)
    assert reason is not None
    assert word in reason
