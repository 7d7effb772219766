"""The rooms of the book, empty: what the fold of all events remembers. How events fill them stands in `folding*.py`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from hydra.core.positions import flat
from hydra.records import (
    BreakerRecord,
    DifferenceRecord,
    ExecutionRecord,
    InstrumentCard,
    OrderRecord,
    ParentRecord,
    PositionRecord,
    ReconciliationRecord,
    SignalRecord,
    Tally,
    TradingStatus,
)
from hydra.values import ZERO, Difference, PositionLine, TradingState


class BookState:
    """Mutable, owned by one actor. Keys: symbol, signal_id, parent_ref, order_ref, exec_root, con_id, item.

    `found` has the record of each of `differences`, `settled` that of each of `accepted`: what is open, what is remembered.
    `late_costs` are executions whose commission has not come: whether cash that was adopted since contains it already.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.run = 0
        self.session = 0
        self.session_live = False
        self.link_token = 0
        self.clock_skew_s: float | None = None
        self.clock_skew_before_s: float | None = None
        self.account = ""
        self.client_id = 0
        self.client_since = 0
        self.gate_seq = 0
        self.order_id_mark = 0
        self.trading = TradingStatus(state=TradingState.ACTIVE, by="hydra", reason="new journal", since=None)
        self.opening = False
        self.cash = ZERO
        self.day: date | None = None
        self.day_equity = ZERO
        self.instruments: dict[str, InstrumentCard] = {}
        self.signals: dict[str, SignalRecord] = {}
        self.parents: dict[str, ParentRecord] = {}
        self.orders: dict[str, OrderRecord] = {}
        self.executions: dict[str, ExecutionRecord] = {}
        self.positions: dict[int, PositionRecord] = {}
        self.position_bases: dict[int, PositionRecord] = {}
        self.ignored: dict[int, PositionLine] = {}
        self.flatten_by = ""
        self.breakers: dict[str, BreakerRecord] = {}
        self.differences: dict[str, Difference] = {}
        self.accepted: dict[str, Difference] = {}
        self.found: dict[str, DifferenceRecord] = {}
        self.settled: dict[str, DifferenceRecord] = {}
        self.late_costs: dict[str, bool] = {}
        self.unverified: dict[str, datetime] = {}
        self.last_reconciliation: ReconciliationRecord | None = None
        self.disorderly_runs = 0
        self.open_runs: tuple[datetime, ...] = ()
        self.tally = Tally()
        self.terminal: dict[str, int] = {}

    def position(self, con_id: int, symbol: str) -> PositionRecord:
        """Our position in a contract; flat when we never had one."""
        known = self.positions.get(con_id)
        return known if known is not None else flat(con_id, symbol, self.multiplier(symbol))

    def multiplier(self, symbol: str) -> Decimal:
        """The contract multiplier, 1 until the contract is qualified (a foreign contract)."""
        card = self.instruments.get(symbol)
        return card.instrument.multiplier if card is not None else Decimal(1)
