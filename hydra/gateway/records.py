"""What the gateway remembers: orders, executions, positions and its own head, as values. No rule of trading
lives here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class OrderStatus(StrEnum):
    """The words of orderStatus and openOrder that this gateway uses. An Inactive order is held, or dead: its
    `finished_us` says which.
    """

    PRE_SUBMITTED = "PreSubmitted"
    SUBMITTED = "Submitted"
    PENDING_CANCEL = "PendingCancel"
    CANCELLED = "Cancelled"
    FILLED = "Filled"
    INACTIVE = "Inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order for its whole life. `value` is the money traded so far (price times quantity, exact)."""

    perm_id: int
    client_id: int
    order_id: int
    con_id: int
    symbol: str
    side: str
    quantity: Decimal
    limit_price: Decimal
    tif: str
    order_ref: str
    status: OrderStatus
    placed_us: int
    filled: Decimal = ZERO
    value: Decimal = ZERO
    last_price: Decimal = ZERO
    commission: Decimal = ZERO
    finished_us: int = 0
    end_reason: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.finished_us > 0

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled

    @property
    def average_price(self) -> Decimal:
        return self.value / self.filled if self.filled else ZERO

    @property
    def sign(self) -> int:
        return 1 if self.side == "BUY" else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fill, as execDetails and commissionReport tell it. `realized` is the P&L it locked in, None when it
    closed nothing.
    """

    exec_id: str
    perm_id: int
    client_id: int
    order_id: int
    order_ref: str
    con_id: int
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    cumulative_quantity: Decimal
    average_price: Decimal
    commission: Decimal
    realized: Decimal | None
    at_us: int


def root_of(exec_id: str) -> str:
    """What all revisions of one execution share: the id without its last segment."""
    return exec_id.rpartition(".")[0]


def revised(exec_id: str) -> str:
    """The id of the next revision: the last segment, two digits, raised by one."""
    root, _, revision = exec_id.rpartition(".")
    return f"{root}.{int(revision) + 1:02d}"


def latest(executions: Iterable[Execution]) -> list[Execution]:
    """The executions that hold, each at the place of its first revision; what a revision has replaced is left out."""
    by_root: dict[str, Execution] = {}
    for execution in executions:
        by_root[root_of(execution.exec_id)] = execution
    return list(by_root.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Shares held (negative: short). `cost` is what they cost, commissions included, signed like the
    quantity, exact.

    `realized` is the P&L locked in since the day began; `realized` of earlier days is in the head.
    """

    con_id: int
    symbol: str
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO

    @property
    def average_cost(self) -> Decimal:
        return self.cost / self.quantity if self.quantity else ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The rest of the gateway's memory: whose ledger it is, how far the tape has played, the money, the next
    numbers.
    """

    account: str
    seed: int
    start_cash: Decimal
    cash: Decimal
    realized: Decimal
    day: str
    market_us: int
    next_perm_id: int
    next_execution: int
