"""`hydra halt --direct`: over a connection of our own, and at the same time through the process if it answers.

It needs nothing of the process but the card beside its journal, which says where its gateway listens.
"""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor

import click

from hydra.broker.link_direct import DirectCancel, DirectTarget, cancel_everything
from hydra.cli.options import client_of
from hydra.config import Config
from hydra.control.run_card import RunCard, read_card
from hydra.errors import ExitCode, HydraError, StartError

CLIENT_ID_OFFSET = 1000
"""Ours is busy with the process, which may hang with its socket open."""
EMBEDDED_ENDED = "the embedded one ends with hydra: its orders rest in its store and fill no more until the next run"
PROCESS_TIMEOUT_S = 6.0
GIVE_UP_S = 20.0


def halt_directly(config: Config, *, by: str, reason: str) -> ExitCode:
    """Both ways at once, each with its sentence. CLEAN when the broker proves that nothing is left."""
    card = read_card(config.journal.path)
    target = _target(config, card)
    # What the library logs about a failed connection, our own sentence says.
    logging.getLogger("ib_async").addHandler(logging.NullHandler())
    with ThreadPoolExecutor(max_workers=1) as pool:
        told = pool.submit(_tell_process, config, by=by, reason=reason)
        try:
            cancelled = asyncio.run(cancel_everything(target, os.environ))
        except StartError as error:
            if card is not None and card.embedded:
                raise StartError(f"{error}; {EMBEDDED_ENDED}") from error
            raise
        finally:
            click.echo(f"process: {told.result()}")
    place = f"{target.host}:{target.port}, account {cancelled.account}"
    click.echo(f"broker ({place}): {_outcome(cancelled, target)}", err=not cancelled.clean)
    return ExitCode.CLEAN if cancelled.clean else ExitCode.VIOLATED


def cancel_after_collapse(config: Config) -> str:
    """The tree has given up, so nobody in it can cancel any more: do it over a connection of our own. A sentence."""
    target = _target(config, read_card(config.journal.path))
    try:
        cancelled = asyncio.run(cancel_everything(target, os.environ))
    except StartError as error:
        return f"working orders could not be cancelled: {error}"
    return f"broker ({target.host}:{target.port}, account {cancelled.account}): {_outcome(cancelled, target)}"


def _target(config: Config, card: RunCard | None) -> DirectTarget:
    """The gateway of the run that is or was; without one, the configured gateway."""
    broker = config.broker
    if card is None and config.gateway.embedded:
        raise StartError("no hydra has run on this journal, so there is no embedded gateway with orders to cancel")
    return DirectTarget(
        host=card.host if card else broker.host,
        port=card.port if card else broker.port,
        client_id=(card.client_id if card else broker.client_id) + CLIENT_ID_OFFSET,
        account=card.account if card else broker.account,
        connect_timeout_s=broker.connect_timeout_s,
        listing_timeout_s=broker.request_timeout_s,
        give_up_s=GIVE_UP_S,
    )


def _tell_process(config: Config, *, by: str, reason: str) -> str:
    try:
        return client_of(config).halt(by=by, reason=reason, timeout_s=PROCESS_TIMEOUT_S).text
    except HydraError as error:
        return str(error)


def _outcome(cancelled: DirectCancel, target: DirectTarget) -> str:
    sent = f"{cancelled.cancels} global cancel" + ("s" if cancelled.cancels > 1 else "")
    if cancelled.clean:
        return f"{sent} sent; no order is left at the broker"
    if cancelled.left is None:
        return f"{sent} sent; whether orders are left is not known: the listing did not end"
    rest = "; ".join(cancelled.left)
    return f"{sent} sent; after {target.give_up_s:g} s {len(cancelled.left)} orders are still there: {rest}"
