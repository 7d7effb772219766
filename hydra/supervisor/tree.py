"""THE TREE as one literal, in start order, each child with its why. Stopped in reverse.

A hung journal or broker is not replaced (PROTOCOL section 5): the world calls on_fatal and the process ends.
"""

from __future__ import annotations

from hydra.config import StrategyConfig, SupervisionConfig
from hydra.runtime.actor import Context
from hydra.runtime.spec import Backoff, ChildSpec, Restart, Strategy, SupervisorSpec
from hydra.supervisor.alerts import AlertsActor
from hydra.supervisor.broker import BrokerActor
from hydra.supervisor.exit import ExitActor
from hydra.supervisor.journal import JournalActor
from hydra.supervisor.monitor import MonitorActor
from hydra.supervisor.plans import Plans, strategy_name
from hydra.supervisor.reporter import ReporterActor
from hydra.supervisor.risk import RiskActor
from hydra.supervisor.router import CHILDREN, RouterActor
from hydra.supervisor.strategist import StrategyActor


def tree_of(plans: Plans) -> SupervisorSpec:
    """The whole tree of one run."""
    rules = plans.config.supervision
    backoff = Backoff(initial_s=rules.backoff_initial_s, max_s=rules.backoff_max_s)
    return SupervisorSpec(
        name="hydra",
        strategy=Strategy.ONE_FOR_ONE,
        intensity=rules.intensity,
        period_s=rules.period_s,
        backoff=backoff,
        why="above its intensity trading halts and the process ends",
        children=(
            ChildSpec(
                name="journal",
                build=lambda context: JournalActor(context, plans.journal, plans.wiring),
                why="first to start, last to stop: everything is recorded through it",
                hang_s=rules.hang_s,
                hang_is_fatal=True,
                shutdown_s=rules.shutdown_s,
            ),
            ChildSpec(
                name="broker",
                build=lambda context: BrokerActor(context, plans),
                why="owns the socket; what it hears must find the journal",
                hang_s=rules.hang_s,
                hang_is_fatal=True,
                shutdown_s=rules.shutdown_s,
            ),
            ChildSpec(
                name="risk",
                build=lambda context: RiskActor(context, plans.risk),
                why="the gate stands before anybody can want an order",
                hang_s=rules.hang_s,
            ),
            _routing(plans, backoff),
            ChildSpec(
                name="monitor",
                build=lambda context: MonitorActor(context, plans.config.monitor),
                why="marks and the schedule of comparisons",
                hang_s=rules.hang_s,
            ),
            ChildSpec(
                name="exit",
                build=lambda context: ExitActor(context, plans.exit),
                why="closes by rule what the others opened",
                hang_s=rules.hang_s,
            ),
            _outer(plans, backoff),
        ),
    )


def _routing(plans: Plans, backoff: Backoff) -> SupervisorSpec:
    """Router first, then one child per open parent: when the router dies its children go with it."""
    rules = plans.config.supervision
    return SupervisorSpec(
        name=CHILDREN,
        strategy=Strategy.REST_FOR_ONE,
        intensity=rules.intensity,
        period_s=rules.period_s,
        backoff=backoff,
        why="a router that comes back starts its children again from the journal",
        children=(
            ChildSpec(
                name="router",
                build=lambda context: RouterActor(context, plans.router),
                why="turns admitted signals into parents",
                hang_s=rules.hang_s,
            ),
        ),
    )


def _outer(plans: Plans, backoff: Backoff) -> SupervisorSpec:
    """Strategies, reports and alerts: below the six. A strategy is given up alone; if all this gives up, the six go on."""
    rules = plans.config.supervision
    return SupervisorSpec(
        name="outer",
        strategy=Strategy.ONE_FOR_ONE,
        intensity=rules.intensity,
        period_s=rules.period_s,
        backoff=backoff,
        restart=Restart.TEMPORARY,
        why="may give up without touching the six",
        children=(
            ChildSpec(
                name="alerts",
                build=lambda context: AlertsActor(
                    context, plans.config.alerts.command, plans.around.write_line
                ),
                why="may block on the operator's command, so it is alone",
                hang_s=None,
            ),
            ChildSpec(
                name="reporter",
                build=lambda context: ReporterActor(context, plans),
                why="writes the day's artifact from the journal",
            ),
            *(_strategy(strategy, rules) for strategy in plans.config.strategies),
        ),
    )


def _strategy(config: StrategyConfig, rules: SupervisionConfig) -> ChildSpec:
    def build(context: Context) -> StrategyActor:
        return StrategyActor(context, config)

    return ChildSpec(
        name=strategy_name(config.name),
        build=build,
        why="wants; the six decide",
        hang_s=rules.hang_s,
        give_up_after=rules.strategy_restarts_max,
    )
