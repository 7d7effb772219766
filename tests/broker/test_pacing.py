"""Tests of hydra/broker/pacing.py."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.broker.pacing import GLOBAL_CANCELS_KEPT, WINDOW_US, Pacer, SendLane

LANES = st.sampled_from([SendLane.CANCEL, SendLane.ORDER, SendLane.REQUEST])
STEPS = st.lists(st.tuples(st.integers(0, 300_000), st.lists(LANES, max_size=30)), max_size=30)
RATES = st.integers(1, 44)


def drive(
    rate: int, steps: list[tuple[int, list[SendLane]]]
) -> tuple[list[tuple[int, SendLane, int]], list[tuple[SendLane, int]]]:
    """Sent messages as (at, lane, number), and all that were put, in order; runs until nothing waits."""
    pacer: Pacer[tuple[SendLane, int]] = Pacer(rate)
    now_us, sent, put = 0, [], []
    for gap_us, lanes in steps:
        now_us += gap_us
        for lane in lanes:
            put.append((lane, len(put)))
            pacer.put(lane, put[-1])
        sent += [(now_us, *message) for message in pacer.take(now_us)]
    while (wait_us := pacer.wait_us(now_us)) is not None:
        now_us += wait_us
        sent += [(now_us, *message) for message in pacer.take(now_us)]
    return sent, put


@settings(deadline=None, max_examples=60)
@given(RATES, STEPS)
def test_no_second_ever_sees_more_than_the_limit(rate: int, steps: list[tuple[int, list[SendLane]]]) -> None:
    sent, _ = drive(rate, steps)
    times = [at_us for at_us, _, _ in sent]
    for at_us in times:
        assert sum(at_us <= other < at_us + WINDOW_US for other in times) <= rate


@settings(deadline=None, max_examples=60)
@given(RATES, st.lists(st.tuples(st.integers(0, 300_000), st.lists(st.sampled_from(SendLane), max_size=30)), max_size=30))
def test_global_cancels_too_stay_within_what_ib_allows_however_many_there_are(
    rate: int, steps: list[tuple[int, list[SendLane]]]
) -> None:
    sent, put = drive(rate, steps)
    times = [at_us for at_us, _, _ in sent]
    most = max((sum(at_us <= other < at_us + WINDOW_US for other in times) for at_us in times), default=0)
    assert most <= rate + GLOBAL_CANCELS_KEPT < 50
    assert len(put) == len(sent)


@settings(deadline=None, max_examples=60)
@given(RATES, STEPS)
def test_everything_that_was_put_is_sent_once_and_each_lane_keeps_its_order(
    rate: int, steps: list[tuple[int, list[SendLane]]]
) -> None:
    sent, put = drive(rate, steps)
    for lane in SendLane:
        assert [n for _, sent_lane, n in sent if sent_lane is lane] == [n for put_lane, n in put if put_lane is lane]


@settings(deadline=None, max_examples=60)
@given(RATES, STEPS, st.integers(0, 10_000_000))
def test_a_global_cancel_goes_at_once_and_first(
    rate: int, steps: list[tuple[int, list[SendLane]]], at_us: int
) -> None:
    pacer: Pacer[str] = Pacer(rate)
    for _, lanes in steps:
        for lane in lanes:
            pacer.put(lane, lane.name)
    pacer.take(at_us)
    pacer.put(SendLane.GLOBAL_CANCEL, "stop")
    assert pacer.take(at_us)[0] == "stop"


def test_cancels_overtake_orders_and_orders_overtake_requests() -> None:
    pacer: Pacer[str] = Pacer(40)
    for lane, name in [
        (SendLane.REQUEST, "r1"),
        (SendLane.ORDER, "o1"),
        (SendLane.REQUEST, "r2"),
        (SendLane.ORDER, "o2"),
        (SendLane.CANCEL, "c1"),
    ]:
        pacer.put(lane, name)
    assert pacer.take(0) == ("c1", "o1", "o2", "r1", "r2")


def test_requests_leave_room_for_orders_and_orders_for_cancels() -> None:
    pacer: Pacer[int] = Pacer(40)
    for lane in (SendLane.REQUEST, SendLane.ORDER, SendLane.CANCEL):
        for n in range(100):
            pacer.put(lane, n)
        sent_n = len(pacer.take(0))
        assert sent_n == {SendLane.REQUEST: 25, SendLane.ORDER: 10, SendLane.CANCEL: 5}[lane]


def test_a_wait_ends_when_a_token_comes_back() -> None:
    pacer: Pacer[int] = Pacer(1)
    pacer.put(SendLane.CANCEL, 1)
    pacer.put(SendLane.CANCEL, 2)
    assert pacer.take(5) == (1,)
    assert pacer.wait_us(6) == WINDOW_US - 1
    assert pacer.take(5 + WINDOW_US) == (2,)
    assert pacer.wait_us(5 + WINDOW_US) is None
    assert pacer.sent_n == 2
