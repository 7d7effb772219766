"""Pages of a journal written by hand: events with their instants, numbered in order. AAPL, as in tests/core/books.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from hydra.core.instants import NEW_YORK, at_wall
from hydra.journal.rows import StoredEvent
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.values import (
    Commission,
    Difference,
    Execution,
    Intent,
    ParentEnd,
    PositionLine,
    Purpose,
    Side,
    Signal,
    SignalEnd,
    TradingState,
)
from tests.core import books

D = Decimal
MONDAY = date(2026, 11, 23)
HALF_DAY = date(2026, 11, 27)


def ny(clock: str, day: date = MONDAY) -> datetime:
    """The instant when New York's clock shows `HH:MM` or `HH:MM:SS` on this day."""
    return at_wall(day, time.fromisoformat(clock), NEW_YORK)


class Pages:
    """A journal being written by hand. `run` and `session` are stamped on what follows, as the journal does."""

    def __init__(self, day: date = MONDAY) -> None:
        self.day = day
        self.run = 0
        self.session = 0
        self.events: list[StoredEvent] = []

    def add(self, clock: str, *events: Event) -> Pages:
        for event in events:
            seq = len(self.events) + 1
            at = ny(clock, self.day)
            self.events.append(StoredEvent(seq=seq, at=at, run=self.run, session=self.session, event=event))
            if isinstance(event, d.RunStarted):
                self.run = event.run
            if isinstance(event, f.SessionOpened):
                self.session = event.session
        return self


def run_started(run: int = 1) -> d.RunStarted:
    return d.RunStarted(run=run, version="1.2.3", config_fingerprint="f", pid=7, disorderly_runs=0)


def session_opened(session: int = 1) -> f.SessionOpened:
    return f.SessionOpened(
        session=session,
        link_token=session,
        account="DU1234567",
        client_id=7,
        server_version=178,
        next_valid_id=1,
        clock_skew_s=0.0,
    )


def qualified(prior_close: str | None = "100") -> f.InstrumentQualified:
    return f.InstrumentQualified(
        session=1,
        instrument=books.instrument(),
        hours=books.HOURS,
        average_daily_volume=D(1_000_000),
        prior_close=D(prior_close) if prior_close is not None else None,
    )


def opening(cash: str = "100000", *adopted: PositionLine, ignored: Sequence[PositionLine] = ()) -> d.OpeningBalance:
    return d.OpeningBalance(cash=D(cash), adopted=adopted, ignored=tuple(ignored), by="hydra")


def line(quantity: int, average_cost: str, symbol: str = "AAPL", con_id: int = books.AAPL) -> PositionLine:
    return PositionLine(con_id=con_id, symbol=symbol, quantity=D(quantity), average_cost=D(average_cost))


def compared(repaired_n: int = 0, reason: str = "scheduled") -> d.ReconciliationDone:
    return d.ReconciliationDone(
        reason=reason,
        session=1,
        orders_n=0,
        executions_n=0,
        positions_n=0,
        repaired_n=repaired_n,
        differences=(),
        unverified=(),
    )


def first_page(pages: Pages, clock: str = "09:20", equity: str = "100000") -> Pages:
    """A run begins on a flat account: link, contract, opening balance, baseline of the day, one comparison."""
    started = d.DayStarted(day=pages.day, equity=D(equity))
    return pages.add(clock, run_started(), session_opened(), qualified(), opening(equity), started, compared())


def received(signal_id: str, clock: str = "10:00", day: date = MONDAY, **changes: object) -> d.SignalReceived:
    return d.SignalReceived(signal=_signal(signal_id, clock, day, **changes))


def _signal(signal_id: str, clock: str, day: date, **changes: object) -> Signal:
    return books.signal(signal_id=signal_id, at=ny(clock, day), valid_until=ny("15:30", day), **changes)


def admitted(signal_id: str, quantity: int = 100) -> d.SignalAdmitted:
    return d.SignalAdmitted(signal_id=signal_id, quantity=D(quantity), text="within all limits")


def signal_ended(signal_id: str, end: SignalEnd, reason: str, filled: int = 0, average: str | None = None) -> d.SignalEnded:
    price = D(average) if average is not None else None
    return d.SignalEnded(signal_id=signal_id, end=end, filled=D(filled), average_price=price, reason=reason)


def parent_opened(
    ref: str, arrival: str, clock: str = "10:00", side: Side = Side.BUY, quantity: int = 100
) -> d.ParentOpened:
    parent = books.parent(
        parent_ref=ref, signal_id=ref, side=side, quantity=D(quantity), arrival_price=D(arrival), opened_at=ny(clock)
    )
    return d.ParentOpened(parent=parent)


def parent_ended(ref: str, filled: int, average: str) -> d.ParentEnded:
    return d.ParentEnded(
        parent_ref=ref,
        end=ParentEnd.DONE,
        filled=D(filled),
        remainder=D(0),
        average_price=D(average),
        reason="filled",
    )


def intended(ref: str, bid: str, ask: str, clock: str, side: Side = Side.BUY, quantity: int = 100) -> d.OrderIntended:
    want = books.want(
        quantity, ask, order_ref=f"{ref}.1.1", parent_ref=ref, bid=D(bid), ask=D(ask), quote_at=ny(clock), side=side
    )
    return d.OrderIntended(intent=Intent(want=want, order_hash="h", session=1, broker_order_id=1))


def refused(ref: str, attempt_n: int, reason: str, clock: str, side: Side = Side.BUY) -> d.OrderRefused:
    want = books.want(
        50, "99.49", order_ref=f"{ref}.1.{attempt_n}", parent_ref=ref, bid=D(0), ask=D(0), quote_at=ny(clock), side=side
    )
    return d.OrderRefused(want=want, by="risk", reasons=(reason,))


def executed(
    order_ref: str, exec_id: str, quantity: int, price: str, clock: str, side: Side = Side.BUY, late: bool = False
) -> f.ExecutionReported:
    root, _, revision = exec_id.rpartition(".")
    execution = Execution(
        exec_id=exec_id,
        exec_root=root,
        revision=int(revision),
        order_ref=order_ref,
        perm_id=11,
        broker_order_id=1,
        client_id=7,
        con_id=books.AAPL,
        symbol="AAPL",
        side=side,
        quantity=D(quantity),
        price=D(price),
        at=ny(clock),
    )
    return f.ExecutionReported(session=1, execution=execution, late=late)


def cost(exec_id: str, amount: str) -> f.CommissionReported:
    return f.CommissionReported(session=1, commission=Commission(exec_id=exec_id, amount=D(amount), currency="USD"))


def order_ended(order_ref: str, state: str, filled: int, evidence: str = "executions cover the quantity") -> d.OrderEnded:
    return d.OrderEnded(order_ref=order_ref, state=state, filled=D(filled), evidence=evidence)


def error(code: int, text: str, effect: str, order_ref: str = "s1.1.1") -> f.OrderErrorReported:
    return f.OrderErrorReported(
        session=1, order_ref=order_ref, broker_order_id=1, code=code, text=text, effect=effect
    )


def life(actor: str, kind: str, incarnation: int, reason: str = "") -> d.ActorLifeChanged:
    return d.ActorLifeChanged(actor=actor, kind=kind, incarnation=incarnation, restarts=incarnation - 1, reason=reason)


def difference(item: str = "position/IBM") -> Difference:
    return Difference(item=item, kind="quantity", symbol="IBM", ours="0", theirs="5", text="IBM: ours 0, theirs 5")


def bought_and_sold(pages: Pages) -> Pages:
    """100 bought in two fills at 100.014 on average, 50 sold at 99.48: 50 are left, marked by that last fill."""
    pages.add("10:00", received("s1"), admitted("s1"), parent_opened("s1", "100"))
    pages.add("10:01", intended("s1", "99.99", "100.01", "10:01"))
    pages.add("10:01", f.OrderWritten(session=1, order_ref="s1.1.1", broker_order_id=1))
    pages.add("10:02", executed("s1.1.1", "e1.01", 60, "100.01", "10:02"), cost("e1.01", "1.00"))
    pages.add("10:03", executed("s1.1.1", "e2.01", 40, "100.02", "10:03"), order_ended("s1.1.1", "FILLED", 100))
    pages.add("10:03", parent_ended("s1", 100, "100.014"))
    pages.add("10:03", signal_ended("s1", SignalEnd.EXECUTED, "100 of 100: DONE: filled", 100, "100.014"))
    sell = Side.SELL
    stop = received("x1", "14:00", side=sell, quantity=D(50), source="exit", reason="stop", purpose=Purpose.EXIT)
    pages.add("14:00", stop)
    pages.add("14:00", admitted("x1", 50), parent_opened("x1", "99.5", "14:00", sell, 50))
    pages.add("14:00", refused("x1", 1, "no fresh quote of AAPL", "14:00", sell))
    pages.add("14:01", intended("x1", "99.49", "99.51", "14:01", sell, 50))
    pages.add("14:02", executed("x1.1.1", "e3.01", 50, "99.48", "14:02", sell, late=True), cost("e3.01", "0.75"))
    pages.add("14:02", order_ended("x1.1.1", "FILLED", 50), parent_ended("x1", 50, "99.48"))
    return pages.add("14:02", signal_ended("x1", SignalEnd.EXECUTED, "50 of 50: DONE: filled", 50, "99.48"))


def troubled(pages: Pages) -> Pages:
    """What a person should read about: rejections, a breaker, a restart, a lost link, a difference, errors, an alert."""
    pages.add("11:00", received("s2", "11:00"))
    pages.add("11:00", signal_ended("s2", SignalEnd.REJECTED_BY_LIMIT, "notional 90,000 over limit 50,000"))
    pages.add("11:05", received("s3", "11:05"), admitted("s3"))
    pages.add("11:30", signal_ended("s3", SignalEnd.EXPIRED, "no usable quote for 60 s"))
    pages.add("12:00", life("risk", "down", 1, "killed by ann"), life("risk", "started", 2))
    pages.add("12:05", f.SessionClosed(session=1, reason="the socket | closed", planned=False))
    pages.add("12:06", session_opened(2), compared(1, "session opened"))
    pages.add("12:07", error(201, "Order rejected", "order_dead"), error(201, "again", "order_dead"))
    pages.add("12:07", error(399, "held until the open", "notice"))
    pages.add("12:10", d.DifferenceFound(difference=difference()))
    pages.add("12:10", d.TradingStateChanged(state=TradingState.PAUSED, by="reconciliation", reason="IBM differs"))
    alert = d.AlertRaised(kind="difference", about="position/IBM", severity="critical", text="IBM: ours 0, theirs 5")
    pages.add("12:10", alert)
    pages.add("12:20", d.DifferenceResolved(item="position/IBM", by="ann", how="accepted", reason="mine"))
    pages.add("12:20", d.TradingStateChanged(state=TradingState.ACTIVE, by="ann", reason="looked at it"))
    trip = d.BreakerTripped(breaker="daily_loss", value=D("-0.021"), limit=D("-0.02"), text="daily loss 2.1 %")
    pages.add("15:00", trip, received("s4", "15:00"))
    return pages
