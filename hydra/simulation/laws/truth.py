"""The gateway's own ledger as laws read it: decimals for texts, corrections in the place of what they correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hydra.values import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueOrder:
    """One order of anybody. `finished_us` is 0 while it lives; `sign` +1 for a buy."""

    order_ref: str
    client_id: int
    order_id: int
    perm_id: int
    symbol: str
    sign: int
    quantity: Decimal
    filled: Decimal
    placed_us: int
    finished_us: int

    @property
    def name(self) -> str:
        """What a difference record calls it: its order_ref, or its permId when it has none."""
        return self.order_ref or str(self.perm_id)

    def lives_at(self, at_us: int) -> bool:
        """Whether it could trade right after this instant."""
        return self.placed_us <= at_us and not 0 < self.finished_us <= at_us


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFill:
    """One execution in its latest revision, or a revision of it. `signed` is negative for a sale."""

    exec_id: str
    root: str
    revision: int
    order_ref: str
    client_id: int
    symbol: str
    signed: Decimal
    price: Decimal
    commission: Decimal
    at_us: int

    @property
    def quantity(self) -> Decimal:
        """Unsigned."""
        return abs(self.signed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """`fills` are all revisions by exec_id, `newest` the one that holds of each root, `corrected` the roots with several.
    `fills_of` and `fills_in` are those that hold, by order_ref and by symbol."""

    cash: Decimal
    start_cash: Decimal
    positions: Mapping[str, Decimal]
    orders: tuple[TrueOrder, ...]
    fills: Mapping[str, TrueFill]
    newest: Mapping[str, TrueFill]
    fills_of: Mapping[str, list[TrueFill]]
    fills_in: Mapping[str, list[TrueFill]]
    corrected: frozenset[str]

    def held(self, symbol: str, at_us: int) -> Decimal:
        """What the executions until this instant make."""
        return sum((fill.signed for fill in self.fills_in.get(symbol, ()) if fill.at_us <= at_us), ZERO)

    def filled(self, order_ref: str, at_us: int) -> Decimal:
        """What an order had filled by this instant."""
        return sum((fill.quantity for fill in self.fills_of.get(order_ref, ()) if fill.at_us <= at_us), ZERO)


def truth_of(ledger: Mapping[str, Any]) -> Truth:
    """What `hydra gateway ledger --json` says."""
    fills = tuple(_fill(row) for row in (*ledger.get("corrected", ()), *ledger["executions"]))
    newest: dict[str, TrueFill] = {}
    corrected: set[str] = set()
    for fill in fills:
        known = newest.get(fill.root)
        if known is not None or fill.revision > 1:
            corrected.add(fill.root)
        if known is None or fill.revision >= known.revision:
            newest[fill.root] = fill
    fills_of: dict[str, list[TrueFill]] = {}
    fills_in: dict[str, list[TrueFill]] = {}
    for fill in newest.values():
        fills_of.setdefault(fill.order_ref, []).append(fill)
        fills_in.setdefault(fill.symbol, []).append(fill)
    return Truth(
        cash=Decimal(ledger["cash"]),
        start_cash=Decimal(ledger["start_cash"]),
        positions={row["symbol"]: Decimal(row["quantity"]) for row in ledger["positions"]},
        orders=tuple(_orders(ledger["orders"])),
        fills={fill.exec_id: fill for fill in fills},
        newest=newest,
        fills_of=fills_of,
        fills_in=fills_in,
        corrected=frozenset(corrected),
    )


def _orders(rows: Iterable[Mapping[str, Any]]) -> Iterable[TrueOrder]:
    for row in rows:
        yield TrueOrder(
            order_ref=row["order_ref"],
            client_id=row["client_id"],
            order_id=row["order_id"],
            perm_id=row["perm_id"],
            symbol=row["symbol"],
            sign=1 if row["side"] == "BUY" else -1,
            quantity=Decimal(row["quantity"]),
            filled=Decimal(row["filled"]),
            placed_us=row["placed_us"],
            finished_us=row["finished_us"],
        )


def _fill(row: Mapping[str, Any]) -> TrueFill:
    root, _, revision = row["exec_id"].rpartition(".")
    return TrueFill(
        exec_id=row["exec_id"],
        root=root,
        revision=int(revision),
        order_ref=row["order_ref"],
        client_id=row["client_id"],
        symbol=row["symbol"],
        signed=Decimal(row["quantity"]) * (1 if row["side"] == "BUY" else -1),
        price=Decimal(row["price"]),
        commission=Decimal(row["commission"]),
        at_us=row["at_us"],
    )
