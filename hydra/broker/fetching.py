"""Conversations of several requests: a whole snapshot, a symbol's qualification, the gateway's clock. Time is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hydra.broker import link_requests as requests
from hydra.broker.link import Link
from hydra.broker.listings import NoAnswer, RequestRefused
from hydra.broker.news import BarSeen, ContractSeen, Part, Row
from hydra.messages.facts import InstrumentQualified, InstrumentUnknown

VOLUME_DAYS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of each part that ended in its time, and the parts that did not."""

    parts: dict[Part, tuple[Row, ...]]
    missing: tuple[Part, ...]


async def list_everything(link: Link, account: str) -> Rows:
    """The five listings one after another, each with its own deadline; raises LinkLost."""
    parts: dict[Part, tuple[Row, ...]] = {}
    missing: list[Part] = []
    for part in requests.LISTED:
        try:
            parts[part] = await requests.listing(link, part, account)
        except (NoAnswer, RequestRefused):
            missing.append(part)
    return Rows(parts=parts, missing=tuple(missing))


async def qualify(link: Link, symbol: str, today: date) -> InstrumentQualified | InstrumentUnknown:
    """Contract details, hours, average volume and prior close of a US stock; raises NoAnswer or LinkLost.

    Without history (162, no answer) volume and close are unknown, which is not an error of the symbol.
    """
    try:
        found = await requests.contracts(link, symbol)
    except RequestRefused as refusal:
        return InstrumentUnknown(session=0, symbol=symbol, text=str(refusal))
    stocks = [row for row in found if row.instrument.sec_type == "STK" and row.instrument.symbol == symbol]
    if len(stocks) != 1:
        text = f"{len(stocks)} US stocks are called {symbol}, expected 1"
        return InstrumentUnknown(session=0, symbol=symbol, text=text)
    return await _with_history(link, stocks[0], today)


async def _with_history(link: Link, row: ContractSeen, today: date) -> InstrumentQualified:
    try:
        bars = await requests.daily_bars(link, row.instrument, VOLUME_DAYS + 1)
    except (NoAnswer, RequestRefused):
        bars = ()
    volume, close = volume_and_close(bars, today)
    return InstrumentQualified(
        session=0,
        instrument=row.instrument,
        hours=row.hours,
        average_daily_volume=volume,
        prior_close=close,
    )


def volume_and_close(bars: tuple[BarSeen, ...], today: date) -> tuple[Decimal | None, Decimal | None]:
    """Mean volume of the last 20 finished days, whole shares, and the last finished close; today is not finished."""
    finished = [bar for bar in bars if bar.day.isoformat() < today.isoformat()][-VOLUME_DAYS:]
    if not finished:
        return None, None
    mean = sum((bar.volume for bar in finished), Decimal(0)) / len(finished)
    return mean.quantize(Decimal(1)) if mean > 0 else None, finished[-1].close
