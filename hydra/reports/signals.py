"""The signals of one report: each that came in or was still open, in the list of its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from hydra.journal.rows import StoredEvent
from hydra.messages.decisions import SignalAdmitted, SignalEnded, SignalReceived
from hydra.records import SignalRecord
from hydra.reports.records import SignalLine, SignalsPart
from hydra.reports.rounding import average
from hydra.values import ZERO, Signal, SignalEnd

_REJECTED = "REJECTED_"


def signals_part(carried: Sequence[SignalRecord], events: Sequence[StoredEvent]) -> SignalsPart:
    """`carried` were open when the report's events began."""
    lines = {record.signal.signal_id: _line(record.signal, record.admitted) for record in carried}
    received_n = 0
    for stored in events:
        match stored.event:
            case SignalReceived(signal=signal):
                received_n += 1
                lines[signal.signal_id] = _line(signal, None)
            case SignalAdmitted(signal_id=signal_id, quantity=quantity):
                lines[signal_id] = replace(lines[signal_id], admitted=quantity)
            case SignalEnded() as ended if ended.signal_id in lines:
                lines[ended.signal_id] = _ended(lines[ended.signal_id], ended, stored.at)
    ends = tuple(lines.values())
    return SignalsPart(
        received_n=received_n,
        executed=tuple(line for line in ends if line.end == SignalEnd.EXECUTED),
        rejected=tuple(line for line in ends if line.end.startswith(_REJECTED)),
        ended_otherwise=tuple(line for line in ends if _is_otherwise(line.end)),
        still_open=tuple(line for line in ends if not line.end),
    )


def _is_otherwise(end: str) -> bool:
    return bool(end) and end != SignalEnd.EXECUTED and not end.startswith(_REJECTED)


def _line(signal: Signal, admitted: Decimal | None) -> SignalLine:
    return SignalLine(
        signal_id=signal.signal_id,
        source=signal.source,
        purpose=signal.purpose.value,
        symbol=signal.symbol,
        side=signal.side.value,
        quantity=signal.quantity,
        reason=signal.reason,
        received_at=signal.at,
        admitted=admitted,
        end="",
        ended_at=None,
        filled=ZERO,
        average_price=None,
        end_reason="",
    )


def _ended(line: SignalLine, ended: SignalEnded, at: datetime) -> SignalLine:
    return replace(
        line,
        end=ended.end.value,
        ended_at=at,
        filled=ended.filled,
        average_price=average(ended.average_price) if ended.average_price is not None else None,
        end_reason=ended.reason,
    )
