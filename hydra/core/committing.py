"""Why the journal does not commit an order: the last look before an intent exists (PROTOCOL section 1).

Risk has judged the order already; here is only whether that judgement may still be acted on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hydra.core.book import Book
from hydra.core.permits import check_permit
from hydra.messages.commands import CommitOrder

NEVER_SYNCED = -1


def objections(message: CommitOrder, *, book: Book, syncs: Mapping[str, int], now: datetime) -> tuple[str, ...]:
    """Every reason, as sentences; none means: commit. `syncs` are the current sync numbers by actor."""
    want, permit = message.want, message.permit
    found = []
    if not book.session_live:
        found.append("no session with the broker is live")
    if want.parent_ref not in book.parents:
        found.append(f"parent {want.parent_ref} is not open")
    if want.valid_until <= now:
        found.append(f"the wish was valid until {want.valid_until:%H:%M:%S}, now it is {now:%H:%M:%S}")
    if syncs.get(want.origin) != want.origin_sync:
        found.append(f"{want.origin} has synchronised again since it wished (its sync was {want.origin_sync})")
    risk_sync = syncs.get("risk", NEVER_SYNCED)
    wrong = check_permit(want, permit, now=now, risk_sync=risk_sync, gate_seq=book.gate_seq)
    if wrong is not None:
        found.append(wrong)
    return tuple(found)
