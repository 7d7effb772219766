"""A desk that stands still: the other side of the control surface, with a frozen status and answers by heart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from hydra.core.book import Book
from hydra.messages.base import Event
from hydra.messages.commands import VerbAnswered
from hydra.messages.decisions import DifferenceFound, DifferenceResolved, TradingStateChanged
from hydra.records import BrokerSide, OurSide
from hydra.supervisor.desk_differences import DifferenceSheet, sheet_of
from hydra.supervisor.desk_status import (
    ActorRow,
    AlertRow,
    DeskStatus,
    OrderRow,
    PositionRow,
    SignalRow,
    Summary,
)
from hydra.values import Difference, PositionLine, Resolution, TradingState

if TYPE_CHECKING:
    from hydra.supervisor.desk import Desk

MONDAY = datetime(2012, 6, 4, 14, 31, 7, tzinfo=UTC)
SUMMARY = Summary(
    signals=3,
    orders=5,
    fills=7,
    restarts=1,
    reconciliations=4,
    mismatches=0,
    terminal={"EXECUTED": 2, "EXPIRED": 1},
    violations=0,
    open_differences=(),
    exit_reason="",
    unexplained=(),
)
STATUS = DeskStatus(
    market_at=MONDAY,
    speed=60.0,
    run=2,
    account="DU1234567",
    link="READY",
    link_text="client 7 at 127.0.0.1:4002",
    session=1,
    session_open=True,
    trading="PAUSED",
    trading_by="ada",
    trading_reason="lunch",
    equity=Decimal("1000123.45"),
    day_pnl=Decimal("-12.5"),
    cash=Decimal("998000"),
    reconciled_at=MONDAY,
    reconciled_text="no differences, 0 repaired (scheduled)",
    differences=(),
    breakers=("daily_loss -2.1 % (limit -2 %)",),
    actors=(
        ActorRow(name="journal", state="running", incarnation=1, restarts=0, mailbox=0, why=""),
        ActorRow(name="risk", state="running", incarnation=2, restarts=1, mailbox=3, why="killed: killed by ada"),
        ActorRow(name="router/AAPL-1", state="restarting", incarnation=1, restarts=0, mailbox=0, why="Boom: x"),
    ),
    positions=(
        PositionRow(
            symbol="AAPL",
            quantity=Decimal(120),
            average_price=Decimal("80.25"),
            mark=Decimal("80.30"),
            unrealized=Decimal("6"),
            realized=Decimal("-1.5"),
            commissions=Decimal("1.2"),
            quote_age_s=2.0,
        ),
    ),
    orders=(
        OrderRow(
            order_ref="AAPL-1.0.1",
            symbol="AAPL",
            side="BUY",
            quantity=Decimal(100),
            filled=Decimal(40),
            limit=Decimal("80.20"),
            state="WORKING",
            since=MONDAY,
        ),
    ),
    signals=(
        SignalRow(
            signal_id="s-1", symbol="AAPL", side="BUY", quantity=Decimal(100), purpose="OPEN", child="PATIENCE"
        ),
    ),
    alerts=(
        AlertRow(at=MONDAY, kind="link", about="broker", severity="warning", text="the link was down for 7 minutes"),
    ),
    summary=SUMMARY,
)


HELD = PositionLine(con_id=8314, symbol="IBM", quantity=Decimal(30), average_cost=Decimal("188.4"))
FOREIGN = Difference(
    item="position/IBM",
    kind="foreign_position",
    symbol="IBM",
    ours="0",
    theirs="30",
    text="the account holds 30 IBM that hydra never traded",
)
CASH = Difference(item="cash", kind="cash", symbol="", ours="998000.00", theirs="990000.00", text="cash: 8,000 apart")
FOUND = DifferenceFound(
    difference=FOREIGN,
    ours=OurSide(cash=Decimal(998000), positions=(), ignored=(), orders=(), executions=(), left_out=0),
    theirs=BrokerSide(
        listed_at=MONDAY,
        cash=Decimal(998000),
        positions=(HELD,),
        open_orders=(),
        completed_orders=(),
        executions=(),
        left_out=3,
    ),
)
PAGES: tuple[Event, ...] = (
    FOUND,
    TradingStateChanged(state=TradingState.PAUSED, by="reconciliation", reason=FOREIGN.text),
    DifferenceFound(difference=CASH),
    DifferenceResolved(item="cash", by="bob", how="accepted", reason="a withdrawal"),
)
"""What a journal tells of them: a foreign position is open, a gap in cash is ignored."""


def book_of_pages(pages: tuple[Event, ...] = PAGES) -> Book:
    book = Book()
    for n, event in enumerate(pages, start=1):
        book.apply(n, MONDAY, event)
    return book


SHEET = sheet_of(book_of_pages().image())


@dataclass(slots=True)
class StandingDesk:
    """Obeys everything but a resume without force, and remembers what it was asked."""

    picture: DeskStatus = STATUS
    sheet: DifferenceSheet = SHEET
    asked: list[tuple[object, ...]] = field(default_factory=list)
    failed: str = ""
    refused: str = ""

    def status(self) -> DeskStatus:
        return self.picture

    def halt(self, *, by: str, reason: str) -> VerbAnswered:
        return self._obey("halt", by, reason)

    def resume(self, *, by: str, reason: str, force: bool) -> VerbAnswered:
        if not force:
            return VerbAnswered(obeyed=False, text="AAPL: 100 shares at the broker, 0 in the book: accept by --force")
        return self._obey("resume", by, reason, force)

    def flatten(self, *, by: str, reason: str) -> VerbAnswered:
        return self._obey("flatten", by, reason)

    def kill_actor(self, name: str, *, by: str) -> VerbAnswered:
        return self._obey("kill", by, name)

    def reconcile(self, *, by: str, reason: str) -> VerbAnswered:
        return self._obey("reconcile", by, reason)

    def resolve(self, item: str, how: Resolution, *, by: str, reason: str) -> VerbAnswered:
        return self._obey("resolve", how.value, item, by, reason)

    def differences(self) -> DifferenceSheet:
        return self.sheet

    def _obey(self, *what: object) -> VerbAnswered:
        self.asked.append(what)
        return VerbAnswered(obeyed=True, text=f"obeyed: {what[0]}")


def as_desk(standing: StandingDesk) -> Desk:
    """For the surface's signature."""
    return cast("Desk", standing)


def status_with(**changes: object) -> DeskStatus:
    """STATUS with some fields changed."""
    return replace(STATUS, **changes)  # type: ignore[arg-type]
