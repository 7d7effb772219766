"""S8 to S14: what actors, messages, timers and the line did, as it was overheard. Nothing here reads a journal."""

from __future__ import annotations

from collections.abc import Iterator

from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.otp import wrong_in


def no_stale_effect(evidence: Evidence) -> Iterator[str]:
    """S8: what an earlier incarnation, an earlier socket or an earlier writer says has no effect."""
    for heard in evidence.processes:
        yield from (f"S8: {text}" for text in heard.stale)
    yield from (f"S8: {text}" for text in evidence.story.foreign_sessions)
    yield from _one_line_a_session(evidence)


def _one_line_a_session(evidence: Evidence) -> Iterator[str]:
    """An intent is written on the socket that it was committed for. A journal that was lost counts its sessions anew."""
    lines: dict[tuple[int, int], tuple[int, int]] = {}
    sessions: dict[tuple[int, int], int] = {}
    for heard in evidence.processes:
        for order in heard.orders:
            known = evidence.intents.get(order.order_ref)
            if known is None:
                continue
            session, line = known.intent.session, (heard.process_n, order.conn_id)
            journal = heard.process_n if evidence.lost else 0
            if lines.setdefault((journal, session), line) != line or sessions.setdefault(line, session) != session:
                yield f"S8: order {order.order_ref} of session {session} was written on the line of another session"


def one_life_an_address(evidence: Evidence) -> Iterator[str]:
    """S9: exactly one live incarnation per address; a crash ends nobody outside what the strategy takes along."""
    for heard in evidence.processes:
        yield from (f"S9: {text}" for text in heard.overlaps)
        yield from (f"S9: {wrong.text}" for wrong in wrong_in(heard.happened, heard.tree) if wrong.bystander)


def supervised_as_otp_does(evidence: Evidence) -> Iterator[str]:
    """S10: order of starts and stops, rollback and intensity are those of OTP's documentation."""
    for heard in evidence.processes:
        yield from (f"S10: {wrong.text}" for wrong in wrong_in(heard.happened, heard.tree) if not wrong.bystander)


def asks_end(evidence: Evidence) -> Iterator[str]:
    """S11: every ask from outside the tree ends in value, error or timeout."""
    for heard in evidence.processes:
        if not heard.killed:
            yield from (f"S11: {name} has not ended" for name in heard.open_asks)


def letters_accounted_for(evidence: Evidence) -> Iterator[str]:
    """S12: sent = handled + dead letters + still queued, and nothing is handled twice."""
    for heard in evidence.processes:
        yield from (f"S12: {text}" for text in heard.twice)
        if not heard.killed:
            yield from (f"S12: {text}" for text in heard.lost)


def clocks_go_on(evidence: Evidence) -> Iterator[str]:
    """S13: the monotonic clock never decreases, no timer fires early and none twice; the journal's time never decreases."""
    for heard in evidence.processes:
        yield from (f"S13: {text}" for text in heard.timers)
    yield from (f"S13: {text}" for text in evidence.story.backwards)


def well_paced(evidence: Evidence) -> Iterator[str]:
    """S14: at most 50 messages per second and connection; order ids strictly increase per client id."""
    highest: dict[int, int] = {}
    for heard in evidence.processes:
        yield from (f"S14: {text}" for text in (*heard.bursts, *heard.unreadable))
        for order in heard.orders:
            last = highest.get(order.client_id, 0)
            if order.order_id <= last:
                yield f"S14: order {order.order_ref} bears number {order.order_id} after {last} of client {order.client_id}"
            highest[order.client_id] = max(last, order.order_id)
