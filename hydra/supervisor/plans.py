"""From the configuration to what each actor is told at its start. Values only; nothing is opened here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hydra.config import Config, fingerprint
from hydra.core.child_view import ChildRules
from hydra.core.comparison import Tolerance
from hydra.core.reconciling import ReconcileRules
from hydra.core.rules_market import QuoteRule
from hydra.core.sequencer import RunStart, SequencerRules
from hydra.supervisor.exit import ExitPlan
from hydra.supervisor.journal import JournalPlan
from hydra.supervisor.risk import RiskPlan
from hydra.supervisor.router import RouterPlan
from hydra.supervisor.wiring import Wiring, wiring_of
from hydra.version import VERSION

LISTING_PARTS = 5
"""A listing has this many requests, each with its own deadline (PROTOCOL section 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run is given from outside: its files, its process, how fast market time passes, where alerts are said."""

    journal_path: Path
    artifacts_path: Path
    pid: int
    speed: float
    write_line: Callable[[str], None]
    environ: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Every actor's plan of one run."""

    config: Config
    around: Surroundings
    wiring: Wiring
    journal: JournalPlan
    risk: RiskPlan
    router: RouterPlan
    exit: ExitPlan


def plans_of(config: Config, around: Surroundings) -> Plans:
    """The plans of a run of this configuration.

    A wish and its permit live for machine seconds (they bound how long messages travel); in market time that is `speed`
    times as long, so that a scaled clock does not void every permit.
    """
    ttl_s = config.risk.permit_ttl_s * max(1.0, around.speed)
    limits = config.risk.model_copy(update={"permit_ttl_s": ttl_s})
    delayed_allowed = config.broker.market_data == "delayed"
    return Plans(
        config=config,
        around=around,
        wiring=wiring_of(tuple(strategy_name(strategy.name) for strategy in config.strategies)),
        journal=_journal_plan(config, around),
        risk=RiskPlan(
            limits=limits,
            calendar=config.calendar,
            close_margin_s=config.routing.close_margin_s,
            unverified_max_s=config.broker.unverified_max_s * max(1.0, around.speed),
            clock_skew_max_s=_clock_skew_max_s(config, around),
            delayed_allowed=delayed_allowed,
        ),
        router=RouterPlan(
            rules=ChildRules(routing=config.routing, risk=limits, delayed_allowed=delayed_allowed),
            calendar=config.calendar,
            want_ttl_s=ttl_s,
        ),
        exit=ExitPlan(
            rules=config.exit,
            quote_rule=QuoteRule(stale_s=limits.quote_stale_s, delayed_allowed=delayed_allowed),
        ),
    )


def strategy_name(name: str) -> str:
    """The address of a strategy's actor."""
    return f"strategy/{name}"


def _journal_plan(config: Config, around: Surroundings) -> JournalPlan:
    broker, monitor = config.broker, config.monitor
    return JournalPlan(
        path=around.journal_path,
        start=RunStart(version=VERSION, config_fingerprint=fingerprint(config), pid=around.pid),
        rules=SequencerRules(
            ack_probe_s=broker.ack_probe_s,
            clock_skew_max_s=_clock_skew_max_s(config, around),
            disorderly_runs_max=config.supervision.crashed_runs_max,
            reconcile=ReconcileRules(
                settle_s=broker.settle_s,
                settle_quiet_s=broker.settle_quiet_s,
                answer_within_s=LISTING_PARTS * broker.request_timeout_s + 2 * broker.settle_quiet_s,
                tolerance=Tolerance(price=monitor.price_tolerance, cash=monitor.cash_tolerance),
                foreign=broker.foreign_positions,
            ),
        ),
    )


def _clock_skew_max_s(config: Config, around: Surroundings) -> float:
    """Two scaled clocks that differ by a machine second differ by `speed` market seconds."""
    return config.broker.clock_skew_max_s * max(1.0, around.speed)
