"""[risk], [routing], [exit], [monitor], [[strategy]]: what is traded, within which limits, how it ends.

Durations are seconds of the gateway's clock; shares named `fraction` are of 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pydantic import Field, field_serializer, field_validator

from hydra.config.kinds import (
    ClassPath,
    Count,
    Flag,
    Fraction,
    Money,
    Name,
    Params,
    ParamValue,
    Seconds,
    Section,
    Symbol,
    unexpected,
)


class RiskConfig(Section):
    """The gate every single order passes. Limits on exposure never hold back an order that only reduces.

    Durations here and in the tables below, up to [monitor], are seconds of the gateway's clock: with the
    embedded gateway they pass gateway.speed times faster.
    """

    quantity_max: Count = Field(default=5000, ge=1, le=10**6, description="Shares in one order.")
    notional_max: Money = Field(
        default=Decimal(50_000), gt=0, le=10**9,
        description="Quantity times limit price of one order, US dollars.",
    )
    collar_fraction: Fraction = Field(
        default=Decimal("0.02"), gt=0, le=Decimal("0.5"),
        description="How far a limit may lie beyond the middle of a fresh quote.",
    )
    quote_stale_s: Seconds = Field(
        default=15.0, ge=0.5, le=600, description="A quote older than this prices no order."
    )
    daily_loss_fraction_max: Fraction = Field(
        default=Decimal("0.02"), gt=0, le=Decimal("0.5"),
        description="Loss since the session's start, of equity then, at which nothing is opened any more "
        "until a person re-arms.",
    )
    adv_fraction_max: Fraction = Field(
        default=Decimal("0.25"), gt=0, le=1,
        description="Quantity of one parent order, of the average daily volume.",
    )
    price_chase_fraction_max: Fraction = Field(
        default=Decimal("0.01"), gt=0, le=Decimal("0.2"),
        description="How far the limits of one parent order may move from its first one before it is "
        "given up.",
    )
    working_orders_max: Count = Field(
        default=50, ge=1, le=500, description="Orders at the broker at one time."
    )
    permit_ttl_s: Seconds = Field(
        default=10.0, ge=0.5, le=120, description="An approval not used by then is void and is asked again."
    )


class RoutingConfig(Section):
    """How a parent order becomes child orders: patience for small ones, slices in time (TWAP) for large."""

    participation_twap_min: Fraction = Field(
        default=Decimal("0.01"), gt=0, le=1,
        description="From this share of the average daily volume on, an order is sliced.",
    )
    twap_slices: Count = Field(
        default=6, ge=2, le=200, description="Slices; the remainder goes to the early ones."
    )
    twap_duration_s: Seconds = Field(
        default=1200.0, ge=10, le=23_400, description="From the first slice to the last."
    )
    twap_jitter: Fraction = Field(
        default=Decimal("0.2"), ge=0, le=Decimal("0.5"),
        description="Seeded shift of each slice, of the time between slices, both ways.",
    )
    patience_steps_s: tuple[Seconds, ...] = Field(
        default=(120.0, 60.0, 30.0), min_length=1, max_length=10,
        description="How long the limit rests at the middle, then a step toward the market, then at the "
        "marketable side.",
    )
    cross_collar_fraction: Fraction = Field(
        default=Decimal("0.002"), ge=0, le=Decimal("0.05"),
        description="How far beyond the other side a marketable limit may reach.",
    )
    quote_wait_max_s: Seconds = Field(
        default=60.0, ge=1, le=3600,
        description="A child order that waits longer for a usable quote ends its parent, saying so.",
    )
    close_margin_s: Seconds = Field(
        default=120.0, ge=0, le=3600,
        description="Parent orders end, and their orders are cancelled, this long before the close.",
    )
    child_restarts_max: Count = Field(
        default=3, ge=0, le=20,
        description="A child that crashes more often is given up: orders cancelled, parent ended.",
    )

    @field_validator("patience_steps_s")
    @classmethod
    def _positive(cls, steps: tuple[float, ...]) -> tuple[float, ...]:
        if any(step <= 0 for step in steps):
            raise unexpected("seconds above 0 in every place of the list")
        return steps


class ExitConfig(Section):
    """When a position is closed; measured from its average price. Target before stop before time."""

    target_fraction: Fraction = Field(
        default=Decimal("0.004"), gt=0, le=10, description="Gain at which it is closed, by a limit."
    )
    stop_fraction: Fraction = Field(
        default=Decimal("0.006"), gt=0, le=1,
        description="Loss at which it is closed, by a marketable limit that follows the market.",
    )
    hold_max_s: Seconds = Field(
        default=5400.0, ge=1, le=31_536_000, description="Market time after which it is closed in any case."
    )
    close_flat: Flag = Field(
        default=False,
        description="true closes every position before the session ends; false may hold overnight.",
    )
    close_flat_margin_s: Seconds = Field(
        default=600.0, ge=60, le=7200, description="How long before the close that begins."
    )


class MonitorConfig(Section):
    """Watching: comparison with the broker and quotes that do not come."""

    reconcile_interval_s: Seconds = Field(
        default=300.0, ge=5, le=86_400,
        description="Time between comparisons with the broker; each restart and reconnect makes one too.",
    )
    price_tolerance: Fraction = Field(
        default=Decimal("0.01"), ge=0, le=Decimal("0.1"),
        description="Average price may differ by this share before trading pauses.",
    )
    cash_tolerance: Fraction = Field(
        default=Decimal("0.01"), ge=0, le=Decimal("0.1"), description="The same for cash."
    )
    quote_missing_alert_s: Seconds = Field(
        default=60.0, ge=1, le=3600,
        description="In an open session, a symbol without a quote for this long raises an alert.",
    )


class StrategyConfig(Section):
    """One strategy; repeat the block for more. A strategy that crashes never takes the rest down."""

    name: Name = Field(description="Its name in the journal and in hydra status; unique, kept for ever.")
    class_path: ClassPath = Field(
        alias="class", description="The class, your own too: module:Class on Python's path."
    )
    symbols: tuple[Symbol, ...] = Field(
        min_length=1, max_length=100, description="US stocks it sees and may trade, 1 to 100 of them."
    )
    params: Params = Field(
        default_factory=dict,
        description="Handed to the class. MeanReversion: notional per trade in US dollars; window "
        "samples, one each sample_s seconds; it buys when the price is entry_z standard "
        "deviations below their mean, at most once in cooldown_s a symbol.",
    )

    @field_validator("symbols")
    @classmethod
    def _distinct(cls, symbols: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(symbols)) < len(symbols):
            raise unexpected("each symbol once")
        return symbols

    @field_serializer("params")
    def _plain(self, params: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
        return dict(params)
