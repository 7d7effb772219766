"""One `hydra run` from the locks to the summary: gateway, world, desk, control surface, and their end in reverse.

The main thread only waits. It decides nothing about trading.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import click
from loguru import logger

from hydra.broker.safety import EXPECTED_ACCOUNT, check_port
from hydra.cli.embedded_gateway import EmbeddedGateway, market_clock, pointed_at, start_gateway
from hydra.cli.endings import StopSignals, die_hung
from hydra.cli.gateway_clock import card_clock, clock_of_gateway
from hydra.cli.halt_direct import cancel_after_collapse
from hydra.cli.options import wall_us
from hydra.config import Config
from hydra.console.live import LiveTable, PlainLines, view_for
from hydra.console.wording import lasting
from hydra.control.run_card import CardClock, RunCard, read_card, remove_card, write_card
from hydra.control.server import ControlServer
from hydra.control.socket import private_folder, socket_path
from hydra.control.surface import control_surface
from hydra.errors import HydraError, StartError
from hydra.journal.locks import Claim, account_claim, hold, journal_claim
from hydra.logs import SAID, configure_logs
from hydra.runtime.clock import MarketClock
from hydra.runtime.threads import ThreadWorld
from hydra.supervisor.desk import Desk
from hydra.supervisor.desk_status import Summary
from hydra.supervisor.plans import Surroundings, plans_of

LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """`limit_s` in real seconds, None without end; `table` False asks for plain lines even on a terminal."""

    config: Config
    limit_s: float | None
    leave_orders: bool
    table: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why a run ends; `failed` if nobody asked for it, `refused` if it may not trade here at all."""

    reason: str
    failed: bool
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The figures and the ending of a run that had started."""

    summary: Summary
    ending: Ending

    @property
    def clean(self) -> bool:
        """Asked for, nothing violated, nothing unexplained."""
        return not (self.ending.failed or self.summary.violations or self.summary.unexplained)


def run(options: RunOptions, signals: StopSignals) -> RunResult:
    """Run until a signal, the limit or a failure. Raises StartError when it could not or may not start."""
    config = options.config
    if not config.gateway.embedded:
        check_port(config.broker.port)
    folder = private_folder(os.environ, os.getuid())
    with ExitStack() as stack:
        stack.enter_context(hold(*claims_of(config, folder)))
        view = view_for(table=options.table)
        configure_logs(config.log, console=isinstance(view, PlainLines))
        gateway = None
        if config.gateway.embedded:
            gateway = start_gateway(config.gateway)
            stack.callback(gateway.stop)
            config = pointed_at(gateway, config)
        remembered = remembered_clock(config)
        write_card(config.journal.path, _card(config))
        stack.callback(remove_card, config.journal.path)
        clock = _clock(gateway, config, remembered)
        write_card(config.journal.path, replace(_card(config), clock=card_clock(clock)))
        desk = _desk(config, clock)
        desk.start()
        return _trade(desk, gateway, socket_path(folder, config.journal.path), options, view, signals)


def _trade(
    desk: Desk,
    gateway: EmbeddedGateway | None,
    control: Path,
    options: RunOptions,
    view: LiveTable | PlainLines,
    signals: StopSignals,
) -> RunResult:
    """From a desk that has started to one that has stopped, in order whatever happens in between."""
    ending = Ending(reason="the console failed", failed=True)
    server = ControlServer(control_surface(desk), control)
    server.start()
    try:
        with view:
            ending = watch(desk, gateway, options, view, signals)
    finally:
        click.echo(farewell(ending, leave_orders=options.leave_orders), err=True)
        server.stop()
        summary = desk.stop(leave_orders=options.leave_orders, reason=ending.reason)
        if desk.escalated and not options.leave_orders:
            click.echo(cancel_after_collapse(desk.plans.config), err=True)
    if ending.refused:
        raise StartError(ending.reason)
    return RunResult(summary=summary, ending=ending)


def watch(
    desk: Desk,
    gateway: EmbeddedGateway | None,
    options: RunOptions,
    view: LiveTable | PlainLines,
    signals: StopSignals,
) -> Ending:
    """Wait, and show what there is to see, until there is a reason to end."""
    began = time.monotonic()
    shown = began - view.every_s
    while True:
        now = time.monotonic()
        if signals.heard:
            return Ending(reason=f"stopped by {signals.heard}", failed=False)
        if desk.failed:
            return Ending(reason=desk.failed, failed=True, refused=bool(desk.refused))
        if gateway is not None and gateway.ended:
            return Ending(reason=gateway.ended, failed=True)
        if options.limit_s is not None and now - began >= options.limit_s:
            return Ending(reason=f"the {lasting(options.limit_s)} of --for are over", failed=False)
        if now - shown >= view.every_s:
            view.show(desk.status())
            shown = now
        time.sleep(LOOK_EVERY_S)


def _desk(config: Config, clock: MarketClock) -> Desk:
    for path in (config.journal.path.parent, config.journal.artifacts):
        path.mkdir(parents=True, exist_ok=True)

    def escalated(reason: str) -> None:
        desk.escalate(reason)

    world = ThreadWorld(
        seed=config.gateway.seed,
        clock=clock,
        lifecycle_listener="journal",
        on_fatal=lambda reason: die_hung(reason, log=config.log.path, gateway_port=config.broker.port),
        on_escalation=escalated,
    )
    desk = Desk(world, plans_of(config, _surroundings(config, clock)))
    return desk


def _surroundings(config: Config, clock: MarketClock) -> Surroundings:
    expected = os.environ.get(EXPECTED_ACCOUNT, "")
    return Surroundings(
        journal_path=config.journal.path,
        artifacts_path=config.journal.artifacts,
        pid=os.getpid(),
        speed=clock.speed,
        write_line=_say,
        environ=((EXPECTED_ACCOUNT, expected),) if expected else (),
    )


def _say(line: str) -> None:
    """An alert, on stderr and in the log."""
    click.echo(line, err=True)
    logger.bind(**{SAID: True}).warning("{}", line)


def remembered_clock(config: Config) -> CardClock | None:
    """The clock that a run which was killed has followed at this gateway."""
    try:
        card = read_card(config.journal.path)
    except HydraError as error:
        _say(f"{error}; the gateway's clock is asked for anew")
        return None
    is_there = card is not None and (card.host, card.port) == (config.broker.host, config.broker.port)
    return card.clock if card is not None and is_there else None


def _clock(gateway: EmbeddedGateway | None, config: Config, remembered: CardClock | None) -> MarketClock:
    """The gateway's time is market time."""
    if gateway is None:
        return clock_of_gateway(config.broker, _say, remembered=remembered)
    return market_clock(gateway.listening, wall_us=wall_us())


def claims_of(config: Config, folder: Path) -> list[Claim]:
    """What no second run may have. The embedded gateway guards its own account by the lock of its store."""
    broker = config.broker
    claims = [journal_claim(config.journal.path)]
    if config.gateway.embedded:
        return claims
    place = f"{broker.host}-{broker.port}".replace("/", "_")
    claims.append(
        Claim(
            path=folder / f"{place}-{broker.client_id}.lock",
            what=f"The gateway {broker.host}:{broker.port} with client id {broker.client_id}",
        )
    )
    if broker.account:
        claims.append(account_claim(folder, account=broker.account, client_id=broker.client_id))
    return claims


def _card(config: Config) -> RunCard:
    broker = config.broker
    return RunCard(
        pid=os.getpid(),
        host=broker.host,
        port=broker.port,
        client_id=broker.client_id,
        account=broker.account,
        embedded=config.gateway.embedded,
    )


def farewell(ending: Ending, *, leave_orders: bool) -> str:
    """What is said when the end begins, and what a second signal would cut short."""
    orders = "working orders are left" if leave_orders else "working orders are cancelled, and that is verified"
    if ending.refused:
        orders = "no order was ever sent"
    return f"Ending ({ending.reason}): {orders}. A signal now ends at once."
