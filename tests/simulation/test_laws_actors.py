"""Tests of hydra/simulation/laws/actors.py and of the records it reads: each is told a small story that is wrong once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

import pytest

from hydra.gateway.framing import frame
from hydra.gateway.wire import encode_client
from hydra.messages.commands import LatchHalt
from hydra.messages.facts import OrderStatusReported, SessionOpened
from hydra.runtime.envelope import Envelope
from hydra.runtime.message import Lifecycle, Message
from hydra.runtime.reasons import StopReason
from hydra.runtime.signals import ChildDown
from hydra.runtime.timers import Timer
from hydra.simulation.laws.letter_record import LetterRecord
from hydra.simulation.laws.life_record import LifeRecord
from hydra.simulation.laws.otp import Happened, What
from hydra.simulation.laws.timer_record import TimerRecord
from hydra.simulation.laws.wire_record import WireRecord
from tests.simulation.heard import hearing

VERSION = 176
KILLED = StopReason("killed", "a drill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Message):
    text: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Message):
    BOUND_TO_SENDER: ClassVar[bool] = True


def letter(number: int = 1, message: Message | None = None, *, sender: str = "a", incarnation: int = 1) -> Envelope:
    return Envelope(sender, incarnation, message or Said(), number)


@pytest.mark.parametrize(
    ("law_id", "bent", "expected"),
    [
        ("S8", {"stale": ("a letter came",)}, "S8: a letter came"),
        ("S9", {"overlaps": ("two lived",)}, "S9: two lived"),
        ("S11", {"open_asks": ("ask-3",)}, "S11: ask-3 has not ended"),
        ("S12", {"twice": ("one came twice",)}, "S12: one came twice"),
        ("S12", {"lost": ("one is gone",)}, "S12: one is gone"),
        ("S13", {"timers": ("it was early",)}, "S13: it was early"),
        ("S14", {"bursts": ("too fast",)}, "S14: too fast"),
        ("S14", {"unreadable": ("no message",)}, "S14: no message"),
    ],
)
def test_what_was_overheard_breaks_its_law(law_id: str, bent: dict[str, tuple[str, ...]], expected: str) -> None:
    (process,) = hearing().evidence.processes
    bent_process = replace(process, **bent)  # type: ignore[arg-type]
    assert [expected] == hearing().told(law_id, processes=(bent_process,))


@pytest.mark.parametrize(("law_id", "bent"), [("S11", {"open_asks": ("ask-3",)}), ("S12", {"lost": ("one is gone",)})])
def test_what_a_kill_interrupts_breaks_no_law(law_id: str, bent: dict[str, tuple[str, ...]]) -> None:
    (process,) = hearing().evidence.processes
    killed = replace(process, killed=True, **bent)  # type: ignore[arg-type]
    assert [] == hearing().told(law_id, processes=(killed,))


def test_a_tree_that_does_not_keep_to_otp_breaks_s9_or_s10() -> None:
    (process,) = hearing().evidence.processes
    at = next(n for n, one in enumerate(process.happened) if one.what is What.RESTARTING)
    bystander = Happened(now_us=1, what=What.ENDED, name="exit", incarnation=1, kind="shutdown")
    out_of_turn = Happened(now_us=1, what=What.RESTARTING, name="exit", incarnation=1)
    for law_id, wrong in (("S9", bystander), ("S10", out_of_turn)):
        happened = (*process.happened[:at], wrong, *process.happened[at:])
        told = hearing().told(law_id, processes=(replace(process, happened=happened),))
        assert told[0].startswith(f"{law_id}: hydra ")
        assert "exit" in told[0]


def test_an_order_on_the_line_of_another_session_breaks_s8() -> None:
    (process,) = hearing().evidence.processes
    sessions = {known.intent.session for known in hearing().evidence.intents.values()}
    assert 2 == len(sessions)
    mixed = replace(process, orders=tuple(replace(order, conn_id=1) for order in process.orders))
    (told, *_) = hearing().told("S8", processes=(mixed,))
    assert told.endswith("was written on the line of another session")


def test_a_session_is_of_one_process_unless_a_lost_journal_counts_anew() -> None:
    heard = hearing()
    (process,) = heard.evidence.processes
    first, second, *_ = process.orders
    halves = (replace(process, orders=(first,)), replace(process, process_n=2, orders=(second,)))
    (told,) = heard.told("S8", processes=halves)
    assert told.startswith(f"S8: order {second.order_ref} of session 1 ")
    assert [] == heard.told("S8", processes=halves, lost=(heard.evidence.story,), forgiven="journal.deleted")


def test_a_status_of_a_session_that_is_over_breaks_s8() -> None:
    heard = hearing()
    stored = next(stored for stored in heard.recorded[::-1] if isinstance(stored.event, OrderStatusReported))
    assert isinstance(stored.event, OrderStatusReported)
    stale = replace(stored, event=replace(stored.event, session=1))
    opened = [stored for stored in heard.recorded if isinstance(stored.event, SessionOpened)][-1]
    at = heard.recorded.index(opened)
    (told,) = heard.of_events("S8", [*heard.recorded[: at + 1], stale])
    assert told.endswith("is from session 1, but session 2 was live")


def test_journal_time_that_goes_back_breaks_s13() -> None:
    heard = hearing()
    (told,) = heard.of_events("S13", [*heard.recorded, heard.recorded[0]])
    assert told.startswith("S13: event 1 (RunStarted) is ")


def test_order_numbers_that_do_not_rise_break_s14() -> None:
    heard = hearing()
    (process,) = heard.evidence.processes
    first, second, *_ = process.orders
    told = heard.told("S14", processes=(replace(process, orders=(second, first)),))
    expected = f"S14: order {first.order_ref} bears number {first.order_id} after {second.order_id} of client 7"
    assert [expected] == told


# ---- letters


def test_a_letter_that_is_handled_buried_merged_or_dropped_once_is_accounted_for() -> None:
    record = LetterRecord()
    for number in range(1, 6):
        record.sent(0, "b", letter(number))
    record.delivered(1, "b", 1, letter(1))
    record.turn_ended(1, "b", 1, False)
    record.buried(1, "b", letter(2), "nobody there")
    record.merged(1, "b", letter(3))
    record.dropped(1, "b", letter(4))
    assert () == record.lost({"b": 1})
    assert ([], []) == (record.twice, record.stale)
    assert ("b has 0 waiting, 1 were sent and are nowhere else",) == record.lost({"b": 0})
    assert ("b has 2 waiting, 1 were sent and are nowhere else",) == record.lost({"b": 2})


def test_a_letter_delivered_again_is_twice_unless_its_receiver_crashed_over_it() -> None:
    record = LetterRecord()
    record.sent(0, "b", letter())
    record.delivered(1, "b", 1, letter())
    record.turn_ended(1, "b", 1, True)
    record.delivered(2, "b", 2, letter())
    assert [] == record.twice
    record.turn_ended(2, "b", 2, False)
    record.delivered(3, "b", 2, letter())
    assert ["Said from a to b was delivered twice at 3 us"] == record.twice


def test_what_one_who_is_over_still_tells_is_stale_but_not_the_news_of_its_end() -> None:
    record = LetterRecord()
    record.life_launched(0, "a", 1, "s", 0)
    record.life_ended(1, "a", 1, KILLED)
    record.sent(1, "s", letter(1, ChildDown(name="a", incarnation=1, reason=KILLED)))
    assert [] == record.stale
    record.sent(2, "b", letter(2))
    assert ["a #1 was over when it told b Said at 2 us"] == record.stale


def test_a_name_that_was_forgotten_may_begin_anew() -> None:
    record = LetterRecord()
    for _ in range(2):
        record.life_launched(0, "a", 1, "s", 0)
        record.sent(0, "b", letter())
        record.life_ended(1, "a", 1, KILLED)
    assert [] == record.stale


def test_a_command_of_a_replaced_sender_and_a_letter_to_one_who_is_over_are_stale() -> None:
    record = LetterRecord()
    record.sent(0, "b", letter(1, Ordered()))
    record.sent(0, "b", letter(2))
    record.life_launched(1, "a", 1, "s", 0)
    record.life_ended(1, "a", 1, KILLED)
    record.life_launched(1, "a", 2, "s", 1)
    record.delivered(2, "b", 1, letter(1, Ordered()))
    record.delivered(2, "b", 1, letter(2))
    assert ["b was delivered Ordered of a #1, when #2 lived, at 2 us"] == record.stale
    record.life_ended(3, "b", 1, KILLED)
    record.sent(3, "b", letter(3))
    record.delivered(4, "b", 1, letter(3))
    assert "Said was delivered to b #1, which was over, at 4 us" == record.stale[-1]


def test_the_latch_is_what_the_broker_was_told_last_and_a_new_broker_has_none() -> None:
    record = LetterRecord()
    said = [(True, "halt"), (False, "")]
    for number, (latched, reason) in enumerate(said):
        envelope = letter(number, LatchHalt(latched=latched, reason=reason))
        record.sent(0, "broker", envelope)
        record.delivered(0, "broker", 1, envelope)
        assert reason == record.latched
    record.latched = "halt"
    record.life_launched(1, "broker", 2, "hydra", 1)
    assert "" == record.latched


def test_an_ask_is_known_by_whom_it_wants_the_answer_for() -> None:
    record = LetterRecord()
    record.sent(0, "b", letter(1, Said(reply_to="ask-1")))
    record.sent(0, "b", letter(2, Said(reply_to="risk")))
    assert ["ask-1"] == list(record.asks)


# ---- lives, timers


def test_two_lives_at_one_address_and_numbers_out_of_order_are_noted() -> None:
    record = LifeRecord()
    record.life_launched(0, "a", 1, "s", 0)
    record.life_launched(5, "a", 2, "s", 1)
    assert ["a #2 was launched at 5 us while #1 lived"] == record.overlaps
    record.life_ended(6, "a", 2, KILLED)
    record.life_launched(7, "a", 4, "s", 2)
    assert "a #4 was launched at 7 us after #2" == record.overlaps[-1]
    record.life_ended(8, "a", 3, KILLED)
    assert "a #3 ended at 8 us, but it was not alive" == record.overlaps[-1]


def test_only_the_roots_escalation_is_the_end_of_the_tree() -> None:
    record = LifeRecord()
    record.life_launched(0, "hydra", 1, None, 0)
    for now_us, name in ((1, "outer"), (2, "hydra")):
        assert record.escalated_us is None
        at = hearing().recorded[0].at
        said = Lifecycle(kind="escalated", name=name, incarnation=1, restarts=0, reason="too many", at=at)
        record.announced(now_us, said)
    assert 2 == record.escalated_us


def timer(due_us: int) -> Timer:
    return Timer(due_us=due_us, fire=lambda fired: None, forget=lambda forgotten: None, owner="risk")


def cancelled(record: TimerRecord, one: Timer) -> None:
    one.cancel()
    record.timer_cancelled(5, one)


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (lambda record, one: None, []),
        (lambda record, one: record.timer_fired(10, one), ["a timer of risk for 10 us fired a second time, at 20 us"]),
        (cancelled, ["a timer of risk for 10 us fired after it was cancelled, at 20 us"]),
        (lambda record, one: record.timer_armed(30, timer(40)), ["the monotonic clock went back from 30 us to 20 us"]),
    ],
)
def test_a_timer_fires_once_and_not_after_it_was_cancelled(
    happens: Callable[[TimerRecord, Timer], None], expected: list[str]
) -> None:
    record, one = TimerRecord(), timer(10)
    record.timer_armed(0, one)
    happens(record, one)
    record.timer_fired(20, one)
    assert expected == record.wrong


def test_a_timer_that_fires_early_is_noted_with_both_times() -> None:
    record, one = TimerRecord(), timer(10)
    record.timer_armed(0, one)
    record.timer_fired(9, one)
    assert ["a timer of risk for 10 us fired early, at 9 us"] == record.wrong


# ---- the wire

HELLO = b"API\0" + (9).to_bytes(4, "big") + b"v157..178"
START = encode_client("startApi", {"clientId": 7}, VERSION)


def begun(latched: str = "") -> WireRecord:
    record = WireRecord(per_s_max=50, latched=lambda: latched)
    record(0, 1, "written", HELLO)
    record(0, 1, "inward", frame([str(VERSION), "20120604 09:30:00 US/Eastern"]))
    record(0, 1, "written", START)
    return record


def place(order_id: int) -> bytes:
    values = {
        "orderId": order_id,
        "conId": 265598,
        "action": "BUY",
        "totalQuantity": Decimal(10),
        "orderType": "LMT",
        "lmtPrice": Decimal("5.5"),
        "orderRef": f"ref.{order_id}",
    }
    return encode_client("placeOrder", values, VERSION)


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_an_order_is_read_off_the_wire_however_it_was_written(chunk: int) -> None:
    record = begun("halt")
    data = place(4)
    for start in range(0, len(data), chunk):
        record(5, 1, "written", data[start : start + chunk])
    (order,) = record.orders
    assert (5, 1, 7, 4, "ref.4") == (order.at_us, order.conn_id, order.client_id, order.order_id, order.order_ref)
    terms = (order.con_id, order.side, order.quantity, order.limit, order.latched)
    assert (265598, "BUY", Decimal(10), Decimal("5.5"), "halt") == terms


def test_what_only_reaches_the_other_side_is_not_counted_again() -> None:
    record = begun()
    record(5, 1, "written", place(4))
    record(6, 1, "outward", place(4))
    assert 1 == len(record.orders)


def test_fifty_messages_within_a_second_are_borne_and_one_more_is_a_burst_told_once() -> None:
    record = begun()
    for n in range(49):
        record(n, 1, "written", encode_client("reqCurrentTime", {}, VERSION))
    assert [] == record.bursts
    for n in range(3):
        record(999_999 + n // 3, 1, "written", encode_client("reqCurrentTime", {}, VERSION))
    assert ["connection 1 wrote 51 messages within a second at 999999 us, limit 50"] == record.bursts


def test_each_connection_has_a_second_of_its_own() -> None:
    record = begun()
    record(0, 2, "written", HELLO)
    for n in range(98):
        record(0, 1 + n % 2, "written", encode_client("reqCurrentTime", {}, VERSION))
    assert [] == record.bursts


def test_what_is_no_message_of_the_announced_version_is_noted() -> None:
    record = begun()
    record(1, 1, "written", frame(["3", "17"]))
    assert record.unreadable[0].startswith(f"connection 1 wrote what is no message of version {VERSION}: ")


def test_garbage_from_the_gateway_is_not_hydras() -> None:
    record = WireRecord(per_s_max=50, latched=lambda: "")
    record(0, 1, "written", HELLO)
    record(0, 1, "inward", b"\xff" * 64)
    assert ([], [], []) == (record.orders, record.bursts, record.unreadable)
