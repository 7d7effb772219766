"""Tests of hydra/simulation/laws/limits.py and gates.py: orders too large, too many, too early, too late, or not allowed."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from hydra.messages.base import Event
from hydra.messages.decisions import (
    BreakerRearmed,
    BreakerTripped,
    OperatorActed,
    OrderIntended,
    ParentEnded,
    ParentOpened,
    ReconciliationDone,
    TradingStateChanged,
)
from hydra.values import ChildKind, ParentEnd, Purpose, TradingState
from tests.simulation.heard import hearing

NIGHT_US = 12 * 3600 * 1_000_000


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"quantity_max": 1}, "over limit 1"),
        ({"notional_max": Decimal(100)}, "over limit 100"),
        ({"adv_fraction_max": Decimal("0.000001")}, "its share of the average daily volume"),
        ({"working_orders_max": 1}, "is one more than 1 working orders, limit 1"),
    ],
)
def test_orders_over_a_limit_in_force_break_s4(limits: dict[str, Any], words: str) -> None:
    config = hearing().config
    tighter = config.model_copy(update={"risk": config.risk.model_copy(update=limits)})
    told = hearing().told("S4", config=tighter)
    assert told
    assert all(text.startswith("S4: order ") for text in told)
    assert [] != [text for text in told if words in text]


def test_limits_never_hold_back_what_only_reduces() -> None:
    config = hearing().config
    tighter = config.model_copy(update={"risk": config.risk.model_copy(update={"quantity_max": 1})})
    opening = [known for known in hearing().evidence.intents.values() if known.intent.want.purpose is Purpose.OPEN]
    assert len(opening) == len(hearing().told("S4", config=tighter))


def test_an_order_that_opens_while_a_breaker_is_open_breaks_s4() -> None:
    heard = hearing()
    tripped = BreakerTripped(breaker="daily_loss", value=Decimal(-1), limit=Decimal(-1), text="a loss")
    told = heard.of_events("S4", heard.with_event(tripped, before=OrderIntended))
    assert told[0].endswith("opens although the breaker daily_loss is open")
    recorded = heard.with_event(tripped, before=OrderIntended)
    index = next(n for n, stored in enumerate(recorded) if stored.event is tripped)
    rearmed = replace(recorded[index], event=BreakerRearmed(breaker="daily_loss", by="drill", reason="looked at"))
    assert [] == heard.of_events("S4", [*recorded[: index + 1], rearmed, *recorded[index + 1 :]])


def test_an_exit_larger_than_what_is_held_breaks_s4_unless_somebody_else_traded_the_symbol() -> None:
    heard = hearing()
    exits = [ref for ref, known in heard.evidence.intents.items() if known.intent.want.purpose is Purpose.EXIT]
    ledger = copy.deepcopy(heard.ledger)
    order = next(order for order in ledger["orders"] if order["order_ref"] in exits)
    order["quantity"] = "100000"
    told = heard.of_ledger("S4", ledger)
    assert [] != [text for text in told if text.startswith(f"S4: order {order['order_ref']} may cross zero: ")]
    foreign = {**ledger["executions"][0], "exec_id": "f.01", "client_id": 0, "symbol": order["symbol"], "order_ref": ""}
    ledger["executions"].append(foreign)
    assert [] == heard.of_ledger("S4", ledger)


@pytest.mark.parametrize(
    ("state", "purpose", "flatten", "breaks"),
    [
        (TradingState.HALTED, Purpose.OPEN, False, True),
        (TradingState.HALTED, Purpose.EXIT, False, True),
        (TradingState.HALTED, Purpose.EXIT, True, True),
        (TradingState.HALTED, Purpose.FLATTEN, False, True),
        (TradingState.HALTED, Purpose.FLATTEN, True, False),
        (TradingState.PAUSED, Purpose.OPEN, False, True),
        (TradingState.PAUSED, Purpose.EXIT, False, False),
        (TradingState.REDUCING, Purpose.OPEN, False, True),
        (TradingState.REDUCING, Purpose.EXIT, False, False),
        (TradingState.ACTIVE, Purpose.OPEN, False, False),
    ],
)
def test_what_a_trading_state_lets_through(state: TradingState, purpose: Purpose, flatten: bool, breaks: bool) -> None:
    heard = hearing()
    recorded = list(heard.recorded)
    index = next(n for n, stored in enumerate(recorded) if isinstance(stored.event, OrderIntended))
    before: list[Event] = [TradingStateChanged(state=state, by="drill", reason="a drill")]
    if flatten:
        before.append(OperatorActed(verb="flatten", by="drill", text="a drill"))
    intended = recorded[index]
    assert isinstance(intended.event, OrderIntended)
    want = replace(intended.event.intent.want, purpose=purpose)
    event = OrderIntended(intent=replace(intended.event.intent, want=want))
    told = heard.of_events(
        "S5", [*recorded[:index], *(replace(intended, event=said) for said in before), replace(intended, event=event)]
    )
    expected = [f"S5: order {want.order_ref} to {purpose} was intended while trading was {state}"] if breaks else []
    assert expected == told


def test_a_halt_after_a_flatten_calls_it_off() -> None:
    heard = hearing()
    halt = TradingStateChanged(state=TradingState.HALTED, by="drill", reason="again")
    recorded = list(heard.recorded)
    index = next(n for n, stored in enumerate(recorded) if isinstance(stored.event, OrderIntended))
    intended = recorded[index]
    assert isinstance(intended.event, OrderIntended)
    want = replace(intended.event.intent.want, purpose=Purpose.FLATTEN)
    flatten = OperatorActed(verb="flatten", by="drill", text="a drill")
    order = OrderIntended(intent=replace(intended.event.intent, want=want))
    said = [replace(intended, event=event) for event in (halt, flatten, halt, order)]
    assert 1 == len(heard.of_events("S5", [*recorded[:index], *said]))


def test_an_order_at_night_breaks_s5() -> None:
    heard = hearing()
    intended = heard.first(OrderIntended)
    late = replace(intended, at=intended.at + timedelta(hours=12))
    before = heard.recorded[: intended.seq - 1]
    (told,) = heard.of_events("S5", [*before, late])
    assert told == f"S5: order {intended.event.subject} was intended while the exchange is closed"
    (process,) = heard.evidence.processes
    first, *_ = process.orders
    written = replace(process, orders=(replace(first, at_us=first.at_us + NIGHT_US),))
    expected = f"S5: order {first.order_ref} was written while the exchange is closed"
    assert [expected] == heard.told("S5", processes=(written,))


def test_an_order_before_the_first_comparison_of_its_process_breaks_s5() -> None:
    heard = hearing()
    blind = [stored for stored in heard.recorded if not isinstance(stored.event, ReconciliationDone)]
    told = heard.of_events("S5", blind)
    assert len(heard.evidence.intents) == len(told)
    assert told[0].endswith("was intended before run 1 had compared its books with the broker")


def test_an_order_under_the_latch_or_after_the_tree_gave_up_breaks_s5() -> None:
    heard = hearing()
    (process,) = heard.evidence.processes
    first, *others = process.orders
    latched = replace(process, orders=(replace(first, latched="halt by drill"), *others))
    text = f"S5: order {first.order_ref} was written although orders are latched off: halt by drill"
    assert [text] == heard.told("S5", processes=(latched,))
    late = replace(process, escalated_us=process.orders[-2].at_us)
    expected = [f"S5: order {process.orders[-1].order_ref} was written after the tree gave up"]
    assert expected == heard.told("S5", processes=(late,))


def test_a_parent_filled_beyond_its_quantity_breaks_s6_with_both_figures() -> None:
    heard = hearing()
    (first, *others) = heard.ledger["executions"]
    more = f"{int(first['quantity']) + 100_000}"
    (told,) = heard.of_ledger("S6", {**heard.ledger, "executions": [{**first, "quantity": more}, *others]})
    assert told.startswith("S6: parent ")
    assert "at the gateway" in told


def test_a_slice_that_is_sent_again_while_the_first_one_works_breaks_s6_before_it_fills() -> None:
    heard = hearing()
    order = next(order for order in heard.ledger["orders"] if order["finished_us"] - order["placed_us"] > 1_000_000)
    ref = f"{order['order_ref'].rpartition('.')[0]}.9"
    again = {**order, "order_ref": ref, "perm_id": 9_000, "placed_us": order["placed_us"] + 1, "quantity": "5000"}
    (told,) = heard.of_ledger("S6", {**heard.ledger, "orders": [*heard.ledger["orders"], again]})
    assert f"were filled or might fill when order {ref} came" in told


def test_an_order_after_its_parents_end_breaks_s6() -> None:
    heard = hearing()
    intended = heard.first(OrderIntended)
    assert isinstance(intended.event, OrderIntended)
    parent_ref = intended.event.intent.want.parent_ref
    ended = ParentEnded(
        parent_ref=parent_ref,
        end=ParentEnd.DONE,
        filled=Decimal(0),
        remainder=Decimal(0),
        average_price=None,
        reason="too early",
    )
    told = heard.of_events("S6", heard.with_event(ended, before=OrderIntended))
    assert f"S6: order {intended.event.subject} was intended when its parent {parent_ref} was not open" == told[0]


@pytest.mark.parametrize(
    ("shift_s", "words"), [(3600, "before its slice was due"), (-3600, "after its parent's time, a wish lives 10 s")]
)
def test_an_order_out_of_the_time_of_its_parent_breaks_s6(shift_s: int, words: str) -> None:
    heard = hearing()
    shift = timedelta(seconds=shift_s)
    index, stored = next(
        (n, stored)
        for n, stored in enumerate(heard.recorded)
        if isinstance(stored.event, ParentOpened) and stored.event.parent.kind is ChildKind.TWAP
    )
    assert isinstance(stored.event, ParentOpened)
    parent = stored.event.parent
    slices = tuple(replace(piece, due_at=piece.due_at + shift) for piece in parent.slices)
    moved = ParentOpened(parent=replace(parent, slices=slices, ends_at=parent.ends_at + shift))
    told = heard.of_events("S6", [*heard.recorded[:index], replace(stored, event=moved), *heard.recorded[index + 1 :]])
    assert told
    assert all(words in text for text in told)


def test_slices_that_make_more_than_their_parent_break_s6() -> None:
    heard = hearing()
    story = copy.copy(heard.evidence.story)
    ref, parent = next(iter(story.parents.items()))
    story.parents = {**story.parents, ref: replace(parent, quantity=Decimal(1))}
    told = heard.told("S6", story=story)
    total = sum(piece.quantity for piece in parent.slices)
    assert f"S6: parent {ref} of 1 was planned in slices of {total}" in told
