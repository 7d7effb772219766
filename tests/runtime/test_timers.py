"""The heap of timers, and the thread that serves it."""

from __future__ import annotations

import queue
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.runtime.clock import MarketClock
from hydra.runtime.timers import COMPACT_FROM, ThreadTimers, Timer, TimerHeap
from tests.runtime.test_clock import START, HandClock


def timer(heap: TimerHeap, due_us: int, market_us: int | None = None) -> Timer:
    def forget(_: Timer) -> None:
        heap.cancelled += 1

    made = Timer(due_us=due_us, fire=lambda _: None, forget=forget, market_us=market_us)
    heap.push(made)
    return made


@settings(deadline=None, max_examples=100)
@given(dues=st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=40), now_us=st.integers(0, 20))
def test_exactly_what_is_due_and_not_cancelled_comes_out_in_order(dues: list[tuple[int, bool]], now_us: int) -> None:
    heap = TimerHeap()
    timers = [(due_us, timer(heap, due_us), cancelled) for due_us, cancelled in dues]
    for _, made, cancelled in timers:
        if cancelled:
            made.cancel()
    expected = [made for due, made, cancelled in sorted(timers, key=lambda t: t[0]) if due <= now_us and not cancelled]
    out = []
    while (popped := heap.pop_due(now_us)) is not None:
        out.append(popped)
    assert expected == out


def test_cancelled_timers_do_not_pile_up() -> None:
    heap = TimerHeap()
    for _ in range(10_000):
        timer(heap, 10**9).cancel()
    assert len(heap) <= 2 * COMPACT_FROM + 2


def test_cancelling_twice_counts_once() -> None:
    heap = TimerHeap()
    made = timer(heap, 5)
    made.cancel()
    made.cancel()
    assert 1 == heap.cancelled
    assert None is heap.next_us()


def test_market_timers_follow_a_new_anchor_and_others_do_not() -> None:
    clock = HandClock(market_at=START)
    heap = TimerHeap()
    timer(heap, 50)
    market = timer(heap, 3_600_000_000, clock.now_us() + 3_600_000_000)
    clock.reanchor(START + timedelta(hours=1), 1.0)
    heap.follow(clock)
    assert market is heap.pop_due(49)
    assert 50 == heap.next_us()


def fail_the_test(reason: str) -> None:
    raise AssertionError(reason)


def test_a_timer_that_raises_is_reported_and_the_next_one_still_fires() -> None:
    reported: queue.SimpleQueue[str] = queue.SimpleQueue()
    timers = ThreadTimers(MarketClock(), reported.put)
    timers.start()

    def fail(_: Timer) -> None:
        raise SystemExit(1)

    timers.arm(Timer(due_us=0, fire=fail, forget=lambda _: None))
    timers.arm(Timer(due_us=1, fire=lambda _: reported.put("the next"), forget=lambda _: None))
    assert ["a timer failed: SystemExit: 1", "the next"] == [reported.get(timeout=10) for _ in range(2)]
    timers.stop()


def test_the_timer_thread_fires_a_market_timer_that_a_new_anchor_brought_near() -> None:
    clock = MarketClock(market_at=START)
    timers = ThreadTimers(clock, fail_the_test)
    timers.start()
    fired: queue.SimpleQueue[bool] = queue.SimpleQueue()
    tomorrow_us = clock.now_us() + 86_400_000_000
    timers.arm(
        Timer(
            due_us=clock.due_us(tomorrow_us),
            market_us=tomorrow_us,
            fire=lambda _: fired.put(clock.now_us() >= tomorrow_us),
            forget=lambda _: None,
        )
    )
    clock.reanchor(START + timedelta(days=2), 1.0)
    assert True is fired.get(timeout=10)
    timers.stop()
