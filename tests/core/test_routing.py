"""The plan of a parent order."""

import random
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core.routing import Market, Unroutable, choose_kind, plan_parent
from hydra.records import SignalRecord
from hydra.values import ChildKind, ParentOrder, Purpose, Side, Signal
from tests.core.books import CLOSE_AT, HOURS, NOW, D, card, later, quote, routing, signal


def record(given: Signal | None = None, quantity: int = 100) -> SignalRecord:
    return SignalRecord(signal=given if given is not None else signal(), admitted=D(quantity))


def plan(of: SignalRecord, now: datetime = NOW, **market: Any) -> ParentOrder | Unroutable:
    seen = replace(Market(card=card(), quote=quote(at=now), now=now), **market)
    return plan_parent(of, seen, routing(), random.Random(1))


def parent_of(of: SignalRecord, now: datetime = NOW, **market: Any) -> ParentOrder:
    made = plan(of, now, **market)
    assert isinstance(made, ParentOrder)
    return made


KINDS = [
    (9_999, "1000000", ChildKind.PATIENCE, "0.009999"),
    (10_000, "1000000", ChildKind.TWAP, "0.01"),
    (10_000, None, ChildKind.PATIENCE, None),
    (10_000, "0", ChildKind.PATIENCE, None),
]


@pytest.mark.parametrize(("quantity", "volume", "kind", "participation"), KINDS)
def test_a_large_share_of_the_volume_is_sliced_and_an_unknown_one_is_patient(
    quantity: int, volume: str | None, kind: ChildKind, participation: str | None
) -> None:
    adv = D(volume) if volume is not None else None
    expected = (kind, D(participation) if participation is not None else None)
    assert choose_kind(D(quantity), adv, routing()) == expected


def test_a_small_signal_becomes_one_patient_slice() -> None:
    made = parent_of(record())
    assert (made.kind, made.parent_ref, made.arrival_price) == (ChildKind.PATIENCE, "s1", D(100))
    assert [(piece.slice_n, piece.quantity, piece.due_at) for piece in made.slices] == [(1, D(100), NOW)]
    assert [step.wait_s for step in made.steps] == [120.0, 60.0, 30.0]
    assert made.ends_at == later(420)


def test_a_large_signal_becomes_slices_whose_steps_fit_between_them() -> None:
    made = parent_of(record(quantity=13_001))
    assert made.kind is ChildKind.TWAP
    assert [piece.quantity for piece in made.slices] == [D(n) for n in (2167, 2167, 2167, 2167, 2167, 2166)]
    assert sum(step.wait_s for step in made.steps) == pytest.approx(160.0)
    assert made.ends_at == later(1200)


def test_an_urgent_signal_is_worked_at_once_whatever_its_size() -> None:
    made = parent_of(
        record(signal(urgent=True, purpose=Purpose.EXIT, side=Side.SELL, episode="AAPL#1"), 50_000)
    )
    assert (made.kind, [step.aggression for step in made.steps]) == (ChildKind.PATIENCE, [D(1), D(2), D(3)])
    assert made.ends_at == later(600)


@given(before_close_s=st.integers(131, 21_600), quantity=st.integers(1, 100_000), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=80)
def test_a_parent_that_opens_ends_before_the_margin_of_the_close(
    before_close_s: int, quantity: int, seed: int
) -> None:
    now = later(21_600 - before_close_s)
    seen = Market(card=card(), quote=quote(at=now), now=now)
    made = plan_parent(record(quantity=quantity), seen, routing(), random.Random(seed))
    assert isinstance(made, ParentOrder)
    assert now < made.ends_at <= later(21_600 - 120)
    assert all(now <= piece.due_at < made.ends_at for piece in made.slices)
    assert sum(piece.quantity for piece in made.slices) == quantity


def test_an_exit_may_work_nearly_until_the_close() -> None:
    leaving = signal(purpose=Purpose.EXIT, side=Side.SELL, episode="AAPL#1", urgent=True)
    assert parent_of(record(leaving), later(21_540)).ends_at == later(21_590)


UNROUTABLE = [
    ("was not admitted", True, SignalRecord(signal=signal(), admitted=None), NOW, {}),
    ("not a qualified", True, record(), NOW, {"card": None}),
    ("no usable quote", True, record(), NOW, {"quote": None}),
    ("no usable quote", True, record(), NOW, {"quote": quote("2", "1")}),
    ("no open session", False, record(), CLOSE_AT, {}),
    ("no open session", False, record(), CLOSE_AT, {"card": card(hours=())}),
    ("no open session", True, record(signal(valid_until=NOW)), later(-1801), {}),
    ("9 s are left before the close, 10 s needed", False, record(), later(21_471), {}),
    ("0 s are left", False, record(), later(21_599), {}),
]


@pytest.mark.parametrize(("words", "for_now", "given", "now", "market"), UNROUTABLE)
def test_what_cannot_be_routed_says_why_and_whether_waiting_helps(
    words: str, for_now: bool, given: SignalRecord, now: datetime, market: dict[str, Any]
) -> None:
    made = plan(given, now, **market)
    assert isinstance(made, Unroutable)
    assert (words in made.reason, made.for_now) == (True, for_now), made.reason


def test_the_same_seed_makes_the_same_plan() -> None:
    assert plan(record(quantity=20_000)) == plan(record(quantity=20_000))


def test_a_half_day_ends_the_plan_earlier() -> None:
    half = (replace(HOURS[0], close_at=later(600)),)
    assert parent_of(record(quantity=13_000), card=card(hours=half)).ends_at == later(480)
