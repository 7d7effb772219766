"""What must hold at the model's gateway and journal, whatever happens. A broken law is raised with its sentence."""

from __future__ import annotations

from collections.abc import Iterable

from hydra.core.book import Book
from hydra.messages import decisions as d
from hydra.messages.base import Event
from hydra.messages.facts import SessionOpened
from hydra.values import ZERO, Intent, OrderState, TradingState
from tests.core.books import AAPL
from tests.core.paper_journal import Pages
from tests.model.gateway import Gateway, Socket, Ticket


class LawBroken(AssertionError):
    """An invariant of the protocol did not hold."""


def check_arrival(intent: Intent, socket: Socket, gateway: Gateway, disk: Pages, parent_quantity: int) -> None:
    """Asked of each order that reaches the gateway, before it does anything."""
    ref = intent.want.order_ref
    if ref in gateway.tickets:
        raise LawBroken(f"S1: order {ref} is on the wire twice")
    if f"intent/{ref}" not in disk.ids:
        raise LawBroken(f"S7: order {ref} is on the wire without a committed intent")
    verdict = next((one for one in _verdicts(disk) if one.order_ref == ref), None)
    if verdict is not None:
        raise LawBroken(f"order {ref} reached the gateway after its verdict {verdict.state} ({verdict.evidence})")
    opened = {page.event.session: page.event.link_token for page in disk.pages if isinstance(page.event, SessionOpened)}
    if opened.get(intent.session) != socket.token:
        raise LawBroken(f"order {ref} of session {intent.session} was written on the socket of another one")
    exposed = sum(_worst_case(ticket) for ticket in gateway.tickets.values()) + int(intent.want.terms.quantity)
    if exposed > parent_quantity:
        raise LawBroken(f"S6: with order {ref} filled and live are {exposed}, the parent is {parent_quantity}")


def check_end(book: Book, disk: Pages, gateway: Gateway) -> None:
    """Asked when everything has come to rest: all told, all true, nothing invented."""
    events = [page.event for page in disk.pages]
    _check_gates(events)
    for event in events:
        if isinstance(event, d.DifferenceFound):
            raise LawBroken(f"a false alarm: {event.difference.text}")
        if isinstance(event, d.LawViolated):
            raise LawBroken(f"hydra's own law: {event.text}")
    if book.trading.state is not TradingState.ACTIVE:
        raise LawBroken(f"trading is {book.trading.state}: {book.trading.reason}")
    verdicts = {verdict.order_ref: verdict for verdict in _verdicts(disk)}
    for event in events:
        if isinstance(event, d.OrderIntended):
            ref = event.intent.want.order_ref
            if ref not in verdicts:
                raise LawBroken(f"S7: intent {ref} was forgotten, it never got a verdict")
            _check_verdict(verdicts[ref], gateway.tickets.get(ref))
    held = book.positions[AAPL].quantity if AAPL in book.positions else ZERO
    truth = sum((one.side.sign * one.quantity for _, one in gateway.executions), ZERO)
    if held != truth:
        raise LawBroken(f"S2: our position is {held}, the gateway's {truth}")


def _check_gates(events: list[Event]) -> None:
    state = TradingState.ACTIVE
    for event in events:
        if isinstance(event, d.TradingStateChanged):
            state = event.state
        elif isinstance(event, d.OrderIntended) and state is not TradingState.ACTIVE:
            raise LawBroken(f"S5: order {event.intent.want.order_ref} was committed while trading is {state}")


def _check_verdict(verdict: d.OrderEnded, ticket: Ticket | None) -> None:
    state = OrderState(verdict.state)
    if state in (OrderState.NEVER_REACHED, OrderState.NOT_WRITTEN):
        is_true = ticket is None or (ticket.status == "Inactive" and not ticket.filled)
    elif ticket is None:
        is_true = False
    elif state is OrderState.FILLED:
        is_true = ticket.status == "Filled"
    elif state is OrderState.REJECTED:
        is_true = ticket.status == "Inactive"
    else:
        is_true = not ticket.is_live and ticket.filled == verdict.filled
    if not is_true:
        said = "nothing of it" if ticket is None else f"{ticket.status} with {ticket.filled} filled"
        raise LawBroken(f"the verdict {state} ({verdict.filled} filled) on {verdict.order_ref} is false: {said}")


def _worst_case(ticket: Ticket) -> int:
    return ticket.quantity if ticket.is_live else ticket.filled


def _verdicts(disk: Pages) -> Iterable[d.OrderEnded]:
    return (page.event for page in disk.pages if isinstance(page.event, d.OrderEnded))
