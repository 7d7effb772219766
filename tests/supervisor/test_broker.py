"""Tests of hydra/supervisor/broker.py, in both worlds where the world matters."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hydra.gateway.settings import GatewayConfig
from hydra.messages.commands import CancelEverything, CancelOrder, CloseSession, LatchHalt, TransmitOrder
from hydra.messages.facts import (
    CancelSent,
    CommissionReported,
    ExecutionReported,
    GlobalCancelSent,
    InstrumentQualified,
    LinkChanged,
    OrderNotWritten,
    OrderStatusReported,
    OrderWritten,
    SessionClosed,
    SessionOpened,
)
from hydra.messages.sync import BrokerSnapshot
from hydra.values import LinkState
from tests.broker.cases import D
from tests.supervisor.broker_bench import Bench, broker_config, threaded, virtual

FAR, NEAR = D(1), D(600)
Worlds = Callable[[], contextlib.AbstractContextManager[Bench]]


@contextlib.contextmanager
def _ready(world: Worlds) -> Iterator[Bench]:
    with world() as bench:
        bench.start()
        bench.until_ready()
        yield bench


@pytest.fixture(params=[virtual, threaded], ids=["virtual", "threads"])
def ready(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A broker whose link is ready, once per world."""
    with _ready(request.param) as bench:
        yield bench


def states(bench: Bench) -> list[LinkState]:
    return [changed.state for changed in bench.all(LinkChanged)]


def test_a_link_comes_up_numbered_listed_and_with_its_symbols_and_quotes(ready: Bench) -> None:
    opened = ready.all(SessionOpened)[0]
    assert (opened.session, opened.account, opened.client_id, opened.next_valid_id) == (0, "DU1234567", 7, 1)
    assert states(ready)[:3] == [LinkState.CONNECTING, LinkState.SYNCING, LinkState.READY]
    ready.until(lambda: len(ready.all(InstrumentQualified)) == 3)
    assert [card.instrument.symbol for card in ready.all(InstrumentQualified)] == ["AAPL", "IBM", "MSFT"]
    assert {card.session for card in ready.all(InstrumentQualified)} == {1}
    ready.until(lambda: {quote.quote.symbol for quote in ready.quotes} == {"AAPL", "IBM", "MSFT"})
    snapshot = ready.all(BrokerSnapshot)[0]
    assert (snapshot.session, snapshot.missing, snapshot.figures.cash) == (1, (), D(1_000_000))


def test_an_order_is_written_filled_and_paid_and_each_fact_bears_the_session(ready: Bench) -> None:
    ready.tell(TransmitOrder(intent=ready.intent("a", 1, limit=NEAR, quantity=D(3))))
    ready.until_heard(CommissionReported)
    assert ready.all(OrderWritten) == [OrderWritten(session=1, order_ref="a", broker_order_id=1)]
    fill = ready.all(ExecutionReported)[0]
    assert (fill.session, fill.late, fill.execution.order_ref, fill.execution.quantity) == (1, False, "a", D(3))
    assert ready.all(OrderStatusReported)[0].order_ref == "a"
    assert len(set(ready.all(OrderStatusReported))) == len(ready.all(OrderStatusReported))


def test_a_second_hand_over_of_a_ref_writes_nothing(ready: Bench) -> None:
    intent = ready.intent("a", 1, limit=FAR)
    ready.tell(TransmitOrder(intent=intent))
    ready.tell(TransmitOrder(intent=intent))
    ready.tell(TransmitOrder(intent=ready.intent("b", 2, limit=FAR)))
    ready.until(lambda: len(ready.all(OrderStatusReported)) >= 2)
    assert [written.order_ref for written in ready.all(OrderWritten)] == ["a", "b"]


def test_another_sessions_intent_is_ignored(ready: Bench) -> None:
    ready.tell(TransmitOrder(intent=ready.intent("old", 1, session=99)))
    ready.tell(TransmitOrder(intent=ready.intent("new", 2, limit=FAR)))
    ready.until_heard(OrderStatusReported)
    assert [written.order_ref for written in ready.all(OrderWritten)] == ["new"]
    assert ready.all(OrderNotWritten) == []


def test_a_cancel_that_overtakes_its_order_refuses_it(ready: Bench) -> None:
    ready.tell(CancelOrder(order_ref="a", broker_order_id=0, reason="too late"))
    ready.tell(TransmitOrder(intent=ready.intent("a", 1)))
    refused = ready.until_heard(OrderNotWritten)
    assert (refused.order_ref, refused.reason) == ("a", "cancelled before it was written")
    assert ready.all(OrderWritten) == []


def test_a_cancel_goes_to_the_wire_and_is_told(ready: Bench) -> None:
    ready.tell(TransmitOrder(intent=ready.intent("a", 1, limit=FAR)))
    ready.until_heard(OrderStatusReported)
    ready.tell(CancelOrder(order_ref="a", broker_order_id=1, reason="no longer wanted"))
    ready.until(lambda: any(status.status == "Cancelled" for status in ready.all(OrderStatusReported)))
    assert ready.all(CancelSent) == [CancelSent(session=1, order_ref="a", reason="no longer wanted")]


def test_a_latched_halt_writes_nothing_until_it_is_released(ready: Bench) -> None:
    ready.tell(LatchHalt(latched=True, reason="drill"))
    ready.tell(TransmitOrder(intent=ready.intent("a", 1)))
    assert ready.until_heard(OrderNotWritten).reason == "orders are latched off: drill"
    ready.tell(LatchHalt(latched=False, reason=""))
    ready.tell(TransmitOrder(intent=ready.intent("b", 2, limit=FAR)))
    assert ready.until_heard(OrderWritten).order_ref == "b"


def test_everything_is_cancelled_by_one_global_cancel(ready: Bench) -> None:
    for n in (1, 2, 3):
        ready.tell(TransmitOrder(intent=ready.intent(f"o{n}", n, limit=FAR)))
    ready.until(lambda: len(ready.all(OrderWritten)) == 3)
    ready.tell(CancelEverything(reason="drill"))

    def cancelled() -> set[str]:
        return {status.order_ref for status in ready.all(OrderStatusReported) if status.status == "Cancelled"}

    ready.until(lambda: cancelled() == {"o1", "o2", "o3"})
    assert ready.all(GlobalCancelSent) == [GlobalCancelSent(session=1, reason="drill")]


def test_an_order_past_its_validity_is_not_written(ready: Bench) -> None:
    intent = ready.intent("a", 1)
    stale = replace(intent, want=replace(intent.want, valid_until=intent.want.quote_at))
    ready.tell(TransmitOrder(intent=stale))
    assert "valid until" in ready.until_heard(OrderNotWritten).reason


def test_a_session_that_the_journal_closes_is_followed_by_a_new_one(ready: Bench) -> None:
    ready.tell(CloseSession(session=1, reason="facts were lost"))
    assert ready.until_heard(SessionClosed).reason == "the journal ended it: facts were lost"
    ready.until_ready(2)


def test_a_killed_broker_ends_its_session_and_comes_back_under_a_new_token(ready: Bench) -> None:
    ready.world.kill("broker", "drill")
    ready.until(lambda: len(ready.all(SessionOpened)) == 2)
    ready.until_ready(2)
    tokens = [opened.link_token for opened in ready.all(SessionOpened)]
    assert len(set(tokens)) == 2


@pytest.mark.parametrize("world", [virtual, threaded], ids=["virtual", "threads"])
def test_a_live_account_fails_the_link_for_good(world: Callable[..., contextlib.AbstractContextManager[Bench]]) -> None:
    with world(gateway=GatewayConfig(account="U1234567", speed=1.0)) as bench:
        bench.start()
        bench.until_failed()
        assert "U1234567, which is not a paper account" in bench.status.text
        assert states(bench)[-1] is LinkState.FAILED
        assert bench.all(SessionOpened) == []


def test_a_live_port_fails_the_link_before_anything_is_dialled() -> None:
    with virtual(broker_config(port=4001)) as bench:
        bench.start()
        bench.until_failed()
        assert bench.status.text.startswith("port 4001 is the live port")
        assert states(bench) == [LinkState.FAILED]
