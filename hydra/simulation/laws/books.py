"""S1, S2, S3, S7 and S16: what the journal's books and the gateway's ledger say of the same orders, fills and money.

Differences that hydra has recorded excuse what they name, if they are true: if they really are between the two books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.truth import TrueFill
from hydra.values import ZERO, Difference

CENT = Decimal("0.01")
CASH_DRIFT = Decimal(1)
"""A recorded difference of cash moves on by this much at most, for what was counted while it was recorded."""


def one_order_an_intent(evidence: Evidence) -> Iterator[str]:
    """S1: at most one live-or-filled order per intent."""
    at_gateway = Counter(order.order_ref for order in evidence.truth.orders if order.client_id in evidence.client_ids)
    for ref, count in at_gateway.items():
        if ref and count > 1:
            yield f"S1: order {ref} reached the gateway {count} times"
    for ref in evidence.story.intended_twice:
        yield f"S1: order {ref} was intended twice"
    sent = Counter(order.order_ref for heard in evidence.processes for order in heard.orders)
    for ref, count in sent.items():
        if count > 1:
            yield f"S1: order {ref} was written to the wire {count} times"
    for ref in evidence.story.given_up:
        yield f"S1: order {ref} was taken for never arrived, but its own session was the last one: it might still arrive"


def fills_once(evidence: Evidence) -> Iterator[str]:
    """S2: a position is the sum of its distinct executions, corrections in the place of what they correct."""
    story, truth, book = evidence.story, evidence.truth, evidence.book
    for exec_id, fill in story.executions.items():
        theirs = truth.fills.get(exec_id)
        if theirs is None:
            yield f"S2: execution {exec_id} is in the journal, but the gateway never made it"
        elif (theirs.quantity, theirs.price, theirs.symbol) != (fill.quantity, fill.price, fill.symbol):
            ours = f"{fill.quantity} {fill.symbol} at {fill.price}"
            yield f"S2: execution {exec_id} is {ours} in the journal, {theirs.quantity} at {theirs.price} at the gateway"
    held = {record.symbol: record.quantity for record in book.positions.values()}
    for symbol in sorted(held.keys() | story.quantities.keys()):
        made, booked = story.quantities.get(symbol, ZERO), held.get(symbol, ZERO)
        if made != booked:
            yield f"S2: {symbol}: the executions make {made}, the book holds {booked}"
    signed: dict[str, Decimal] = {}
    for true in truth.newest.values():
        signed[true.symbol] = signed.get(true.symbol, ZERO) + true.signed
    for symbol in sorted(signed.keys() | truth.positions.keys()):
        made, booked = signed.get(symbol, ZERO), truth.positions.get(symbol, ZERO)
        if made != booked:
            yield f"S2: {symbol}: the gateway's executions make {made}, its ledger holds {booked}"


def books_agree(evidence: Evidence) -> Iterator[str]:
    """S3: once synchronised, book and ledger agree; what nobody can know is in a difference record, and that is true."""
    if not evidence.at_rest or evidence.forgiven:
        return
    for difference in evidence.book.differences.values():
        if not _is_true(evidence, difference):
            yield f"S3: the open difference {difference.item} is not true: {difference.text}"
    for symbol, gap in _gaps(evidence).items():
        known = _recorded(evidence, f"position/{symbol}")
        if known is None or _gap_of(known) != gap:
            ours, theirs = _ours(evidence, symbol), evidence.truth.positions.get(symbol, ZERO)
            yield f"S3: {symbol}: journal {ours}, gateway {theirs}"
    yield from _orders_agree(evidence)


def _orders_agree(evidence: Evidence) -> Iterator[str]:
    unproven = {order.order_ref for order in evidence.book.unproven()}
    living = {order.name: order for order in evidence.truth.orders if not order.finished_us}
    for ref, order in living.items():
        said = _recorded(evidence, f"order/{ref}") or _recorded(evidence, f"verdict/{ref}")
        if ref not in unproven and said is None:
            yield f"S3: order {ref} of client {order.client_id} works at the gateway, but not in the journal"
    for ref in sorted(unproven - living.keys()):
        if _recorded(evidence, f"order/{ref}") is None:
            yield f"S3: order {ref} has no end in the journal, but does not work at the gateway"


def written_ahead(evidence: Evidence) -> Iterator[str]:
    """S7: the journal is append-only and replays to what was published; no order without its committed intent before it;
    each fill exactly once."""
    if evidence.lost_text and not evidence.forgiven:
        yield f"S7: {evidence.lost_text}"
    intents = evidence.intents
    for order in evidence.truth.orders:
        if order.client_id in evidence.client_ids and order.order_ref not in intents:
            yield f"S7: order {order.order_ref or '(no orderRef)'} is at the gateway without an intent in the journal"
    yield from _as_intended(evidence)
    for exec_id in evidence.story.told_twice:
        yield f"S7: execution {exec_id} is in the journal twice"
    if evidence.at_rest and not evidence.forgiven:
        yield from _fills_recorded(evidence)
    for replay in evidence.replays:
        if replay.published != replay.replayed:
            text = f"the book that process {replay.process_n} published as of event {replay.published.seq}"
            yield f"S7: {text} is not what the journal makes of these events"


def _as_intended(evidence: Evidence) -> Iterator[str]:
    """Every order that was written, against its intent: there, earlier, and the same."""
    intents = evidence.intents
    for heard in evidence.processes:
        for order in heard.orders:
            known = intents.get(order.order_ref)
            if known is None:
                ref = order.order_ref or "(no orderRef)"
                yield f"S7: order {ref} was written to the wire without an intent in the journal"
                continue
            terms, at_us = known.intent.want.terms, known.at_us
            if order.at_us < at_us:
                yield f"S7: order {order.order_ref} was written {at_us - order.at_us} us before its intent was recorded"
            wanted = (terms.con_id, terms.side.value, terms.quantity, terms.limit, known.intent.broker_order_id)
            written = (order.con_id, order.side, order.quantity, order.limit, order.order_id)
            if wanted != written:
                yield f"S7: order {order.order_ref} was intended as {_words(wanted)}, written as {_words(written)}"


def _fills_recorded(evidence: Evidence) -> Iterator[str]:
    for fill in _unseen(evidence):
        if fill.client_id in evidence.client_ids:
            yield f"S7: execution {fill.exec_id} ({fill.order_ref}) is not in the journal"


def _unseen(evidence: Evidence) -> list[TrueFill]:
    """Executions that the journal does not hold. What was traded before the opening balance is a part of that; what others
    trade need not be listed to us: then only its position shows (S3)."""
    known, opened_us = evidence.story.executions, evidence.story.opened_us
    return [fill for fill in evidence.truth.newest.values() if fill.exec_id not in known and fill.at_us > opened_us]


def money_adds_up(evidence: Evidence) -> Iterator[str]:
    """S16: cash + positions x price + commissions = equity. Positions are equal by S3, so cash must be, on both sides."""
    truth = evidence.truth
    spent = sum((fill.signed * fill.price + fill.commission for fill in truth.newest.values()), ZERO)
    if abs(truth.start_cash - spent - truth.cash) > CENT:
        made = truth.start_cash - spent
        yield f"S16: cash: the gateway's executions leave {made:.4f}, its ledger {truth.cash:.4f}"
    others = (
        fill
        for fill in _unseen(evidence)
        if fill.client_id not in evidence.client_ids and fill.at_us > evidence.story.cash_adopted_us
    )
    ours = evidence.book.cash - sum((fill.signed * fill.price + fill.commission for fill in others), ZERO)
    gap = truth.cash - ours
    if not evidence.at_rest or evidence.forgiven or abs(gap) <= CENT:
        return
    known = _recorded(evidence, "cash")
    if known is None or abs(_gap_of(known) - gap) > CASH_DRIFT:
        yield f"S16: cash: journal {ours:.4f}, gateway {truth.cash:.4f}"


# ---- what differs, and whether that was said


def _recorded(evidence: Evidence, item: str) -> Difference | None:
    """The difference that is open, or was accepted by a person."""
    return evidence.book.differences.get(item) or evidence.book.accepted.get(item)


def _gap_of(difference: Difference) -> Decimal:
    return Decimal(difference.theirs) - Decimal(difference.ours)


def _ours(evidence: Evidence, symbol: str) -> Decimal:
    """What we hold and what we were told to leave alone."""
    book = evidence.book
    held = sum((record.quantity for record in book.positions.values() if record.symbol == symbol), ZERO)
    return held + sum((line.quantity for line in book.ignored.values() if line.symbol == symbol), ZERO)


def _gaps(evidence: Evidence) -> dict[str, Decimal]:
    book, theirs = evidence.book, evidence.truth.positions
    named = {record.symbol for record in book.positions.values()} | {line.symbol for line in book.ignored.values()}
    gaps = {symbol: theirs.get(symbol, ZERO) - _ours(evidence, symbol) for symbol in sorted(theirs.keys() | named)}
    return {symbol: gap for symbol, gap in gaps.items() if gap}


def _cash_band(evidence: Evidence) -> Decimal:
    """A gap that moves within the tolerance of the comparison stays the same record, with the figures it was found with."""
    if evidence.config is None:
        return CASH_DRIFT
    return max(CASH_DRIFT, abs(evidence.truth.cash) * evidence.config.monitor.cash_tolerance)


def _is_true(evidence: Evidence, difference: Difference) -> bool:
    """Whether the gateway's ledger bears out what the record says."""
    kind, _, name = difference.item.partition("/")
    truth = evidence.truth
    match kind:
        case "position":
            return _gaps(evidence).get(difference.symbol) == _gap_of(difference)
        case "cash":
            return abs(_gap_of(difference) - (truth.cash - evidence.book.cash)) <= _cash_band(evidence)
        case "execution":
            theirs = truth.fills.get(name)
            return theirs is not None and (theirs.revision > 1 or theirs.order_ref not in evidence.story.intents)
        case "verdict":
            return any(order.name == name for order in truth.orders)
        case "order":
            return _is_true_of_order(evidence, difference, name)
        case _:
            return bool(truth.corrected) or bool(_gaps(evidence))


def _is_true_of_order(evidence: Evidence, difference: Difference, name: str) -> bool:
    theirs = [order for order in evidence.truth.orders if order.name == name]
    living = [order for order in theirs if not order.finished_us]
    ours = evidence.book.orders.get(name)
    match difference.kind:
        case "unknown_order":
            return bool(living)
        case "vanished_order":
            return not living
        case "two_live_orders":
            return len(theirs) > 1
        case _:
            return ours is None or [order.filled for order in theirs] != [ours.filled]


def _words(terms: tuple[object, ...]) -> str:
    con_id, side, quantity, limit, order_id = terms
    return f"{side} {quantity} of contract {con_id} at {limit} under number {order_id}"
