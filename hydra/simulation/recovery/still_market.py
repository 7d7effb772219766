"""A market in which nothing moves, so that an order trades when the drama says so and never by chance; and what is traded.

One cent between bid and ask, all day: a limit at the middle rests at the near side for as long as it is left there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from hydra.config import Config
from hydra.core.instants import after_s
from hydra.gateway.bars import DailyBar, bundled_bars
from hydra.gateway.calendar import session_of
from hydra.simulation.recovery.cells import Cell
from hydra.simulation.world import SimulationPlan
from hydra.values import ChildKind, Purpose, Side, Signal

SYMBOL = "AAPL"
SIGNAL = "drama"
VALID_S = 30.0
SHARES = 60
SEED = 1
FIRST_DAY = date(2012, 6, 4)
BEGINS_AFTER_OPEN_S = 600
QUOTE_EVERY_S = 10
PRICE = Decimal(100)
VOLUME = 100_000_000
SINCE = date(2012, 3, 1)
UNTIL = date(2012, 7, 1)
SECOND_US = 1_000_000

# From this share of the volume on an order is sliced: of next to nothing every order, of all of it none.
_SLICED_FROM = {ChildKind.TWAP: Decimal("0.000000001"), ChildKind.PATIENCE: Decimal(1)}


@cache  # one entry
def still_bars() -> Mapping[str, tuple[DailyBar, ...]]:
    """The bundled days of one symbol without their prices."""
    kept = (bar for bar in bundled_bars()[SYMBOL] if SINCE <= bar.day <= UNTIL)
    return {SYMBOL: tuple(replace(bar, open=PRICE, high=PRICE, low=PRICE, close=PRICE, volume=VOLUME) for bar in kept)}


def config_of(cell: Cell) -> Config:
    """The built-in rules at a quick pace; the strategy subscribes the symbol and never wishes: its entry lies where no price
    goes."""
    return Config.model_validate(
        {
            "gateway": {"seed": SEED, "day": FIRST_DAY},
            "strategy": [
                {
                    "name": "silent",
                    "class": Config().strategies[0].class_path,
                    "symbols": [SYMBOL],
                    "params": {"entry_z": 20},
                }
            ],
            "risk": {"quote_stale_s": 3 * QUOTE_EVERY_S},
            "routing": {
                "participation_twap_min": _SLICED_FROM[cell.kind],
                "twap_slices": 2,
                "twap_duration_s": 40,
                "patience_steps_s": (8, 6, 6),
            },
            "monitor": {"reconcile_interval_s": 5},
        }
    )


def plan_of(cell: Cell) -> SimulationPlan:
    """Everything that decides a cell's world but the drama itself; journals below the working directory."""
    return SimulationPlan(
        config=config_of(cell),
        seed=SEED,
        days=3,
        clock="plain",
        quote_interval_s=QUOTE_EVERY_S,
        directory=Path(),
        recorded=still_bars,
    )


def begins_us() -> int:
    """The market instant at which the first process of every cell starts."""
    session = session_of(FIRST_DAY)
    assert session is not None, f"{FIRST_DAY} is a trading day"
    return session.open_us + BEGINS_AFTER_OPEN_S * SECOND_US


def signal_of(cell: Cell, now: datetime) -> Signal:
    """What makes hydra send the order that is to be caught."""
    return Signal(
        signal_id=SIGNAL,
        source=SIGNAL,
        symbol=SYMBOL,
        side=Side.BUY,
        quantity=Decimal(SHARES),
        purpose=Purpose.OPEN,
        urgent=False,
        episode="",
        reason=str(cell),
        at=now,
        valid_until=after_s(now, VALID_S),
    )
