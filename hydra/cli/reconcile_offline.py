"""`hydra reconcile --offline`: books that nobody continues beside the broker's, when hydra does not run or may not trade.

It reads as much of the journal as can be trusted, lists everything at the broker as hydra itself would, and says what
differs. It changes no journal and sends no order.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from hydra.broker.dialling import link_plan
from hydra.broker.link_look import look
from hydra.cli.embedded_gateway import pointed_at, start_gateway
from hydra.config import BrokerConfig, Config
from hydra.core.assessment import Assessment, assess
from hydra.core.book import Book
from hydra.core.comparison import Tolerance
from hydra.errors import ExitCode
from hydra.journal.faults import JournalDamaged
from hydra.journal.locks import hold, journal_claim
from hydra.journal.reading import JournalReader
from hydra.messages.sync import BrokerSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """The books as far as the journal can be trusted. `damage` says why not further, empty for a whole journal."""

    book: Book
    facts: frozenset[str]
    damage: str


def reconcile_offline(config: Config, *, as_json: bool) -> ExitCode:
    """CLEAN when the books agree and the journal is whole. Raises UsageError when there is no journal, StartError while a
    hydra runs on it or when the broker cannot be asked."""
    path = config.journal.path
    trusted = _trusted(config)
    logging.getLogger("ib_async").addHandler(logging.NullHandler())  # what it logs of a failure, our sentence says
    with hold(journal_claim(path)), _gateway(config) as broker:
        plan = link_plan(broker)  # no other client id is told of our executions (ib-gateway-behaviour 3)
        account, snapshot = asyncio.run(look(plan, config.broker.account, os.environ, now=datetime.now(UTC)))
    events_n = trusted.book.seq
    tolerance = Tolerance(price=config.monitor.price_tolerance, cash=config.monitor.cash_tolerance)
    found = assess(trusted.book, snapshot, tolerance, trusted.facts.__contains__)
    if as_json:
        click.echo(msgspec.json.encode(_record(found, trusted, account, events_n)).decode())
    else:
        click.echo(f"journal {path}: {events_n:,} events can be trusted")
        if trusted.damage:
            click.echo(f"  not more: {trusted.damage}")
        click.echo(f"broker {plan.host}:{plan.port}, account {account}: {_holdings(snapshot)}")
        for line in _lines(found):
            click.echo(f"  {line}")
        click.echo(_verdict(found, trusted))
    return ExitCode.VIOLATED if found.differences or trusted.damage else ExitCode.CLEAN


def _trusted(config: Config) -> Trusted:
    book, facts, damage = Book(), set[str](), ""
    try:
        with JournalReader(config.journal.path) as reader:
            for stored in reader.fold():
                book.apply(stored.seq, stored.at, stored.event)
                facts.add(stored.event.fact_id)
    except JournalDamaged as error:
        damage = str(error)
    return Trusted(book=book, facts=frozenset(facts - {""}), damage=damage)


@contextmanager
def _gateway(config: Config) -> Iterator[BrokerConfig]:
    """Where to look. The embedded gateway ended with hydra: it is started for the look, on its own store."""
    if not config.gateway.embedded:
        yield config.broker
        return
    gateway = start_gateway(config.gateway)
    try:
        yield pointed_at(gateway, config).broker
    finally:
        gateway.stop()


def _holdings(snapshot: BrokerSnapshot) -> str:
    cash = snapshot.figures.cash
    told = "cash not stated" if cash is None else f"cash {cash:,.2f} USD"
    return (
        f"{len(snapshot.open_orders)} open orders, {len(snapshot.executions)} executions today, "
        f"{len(snapshot.positions)} positions, {told}"
    )


def _lines(found: Assessment) -> Iterator[str]:
    for fill in found.unheard:
        yield f"not in the journal: {fill.side} {fill.quantity} {fill.symbol} at {fill.price} ({fill.order_ref or 'no ref'})"
    for event in found.ended:
        yield f"order {event.order_ref} has ended {event.state}, filled {event.filled}: {event.evidence}"
    for ref in found.absent:
        yield f"order {ref} is in no part of the listing: a run would go on asking"
    for difference in found.differences:
        yield f"DIFFERENCE {difference.item}: {difference.text}"
    for difference in found.ignored:
        yield f"ignored {difference.item}: {difference.text}"


def _verdict(found: Assessment, trusted: Trusted) -> str:
    count = len(found.differences)
    differ = f"{count} difference{'s' * (count > 1)}: a run would pause." if count else "Nothing else differs."
    if trusted.damage:
        differ += " hydra does not trade on a damaged journal: `hydra journal restore` puts a backup in its place."
    return differ


def _record(found: Assessment, trusted: Trusted, account: str, events_n: int) -> dict[str, Any]:
    return {
        "account": account,
        "events": events_n,
        "damage": trusted.damage,
        "unheard": [fill.exec_id for fill in found.unheard],
        "ended": {event.order_ref: event.state for event in found.ended},
        "absent": list(found.absent),
        "differences": found.differences,
        "ignored": [one.item for one in found.ignored],
    }
