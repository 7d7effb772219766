"""L1 to L8: what must come about by itself once the faults have stopped. They are judged only where there was time for it.

"After the faults" is the later of their end and the beginning of the process; a knob turned to be slow is given its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from hydra.config import Config
from hydra.config.link import BrokerConfig
from hydra.core.instants import to_us
from hydra.runtime.spec import ChildSpec, Restart, SupervisorSpec
from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.overheard import Overheard, Rest
from hydra.simulation.laws.story import Story, Told
from hydra.values import ZERO, LinkState

SECOND_US = 1_000_000
UP_WITHIN_US = 60 * SECOND_US
SYNCED_WITHIN_US = 120 * SECOND_US
SIGNAL_WITHIN_US = 600 * SECOND_US
FLAT_WITHIN_US = 900 * SECOND_US
"""A flatten works urgently for ten minutes at a time; one that missed is asked for again."""

SLOW_KNOBS = ("backoff_max_s", "connect_timeout_s", "heartbeat_s", "request_timeout_s", "settle_s", "settle_quiet_s")


def slack_us(config: Config | None) -> int:
    """What a configuration that waits longer than the built-in one is given on top, in microseconds."""
    if config is None:
        return 0
    usual = BrokerConfig()
    slower: list[float] = [getattr(config.broker, knob) - getattr(usual, knob) for knob in SLOW_KNOBS]
    return round(sum(2 * max(0.0, extra) for extra in slower) * SECOND_US)


def _rested(evidence: Evidence) -> tuple[Overheard, Rest, int] | None:
    """The last process, how it stood in the end, and since when nothing has hurt it; None where that was not looked at."""
    last = evidence.processes[-1] if evidence.processes else None
    if evidence.calm_us is None or last is None or last.rest is None:
        return None
    return last, last.rest, max(evidence.calm_us, last.began_us)


def permanent_names(spec: ChildSpec | SupervisorSpec) -> Iterator[str]:
    """Those that must always be there: permanent, on nobody's but the supervisor's account, all the way up."""
    if spec.restart is not Restart.PERMANENT or (isinstance(spec, ChildSpec) and spec.give_up_after is not None):
        return
    yield spec.name
    if isinstance(spec, SupervisorSpec):
        for child in spec.children:
            yield from permanent_names(child)


def everybody_up(evidence: Evidence) -> Iterator[str]:
    """L1: all permanent actors are up within 60 seconds, and stay up."""
    stood = _rested(evidence)
    if stood is None or stood[1].at_us < stood[2] + UP_WITHIN_US:
        return
    heard, rest, since_us = stood
    for name in permanent_names(heard.tree):
        living = rest.living.get(name)
        if living is None or living.started_us is None:
            yield f"L1: {name} is not up {_s(rest.at_us - since_us)} after the faults"
        elif heard.began_us + living.started_us > since_us + UP_WITHIN_US:
            late = heard.began_us + living.started_us - since_us
            yield f"L1: {name} #{living.incarnation} came up {_s(late)} after the faults, limit {_s(UP_WITHIN_US)}"


def in_touch(evidence: Evidence) -> Iterator[str]:
    """L2: connected and synchronised within 120 seconds."""
    stood = _rested(evidence)
    limit_us = SYNCED_WITHIN_US + slack_us(evidence.config)
    if stood is None or stood[1].at_us < stood[2] + limit_us:
        return
    story, (_, rest, since_us) = evidence.story, stood
    last = _last(story.links, rest)
    if last is None or last.event.state is not LinkState.READY:
        if last is None or not last.event.planned:
            state = "was never there" if last is None else f"is {last.event.state}"
            yield f"L2: the link {state} {_s(rest.at_us - since_us)} after the faults"
        return
    opened = _last(story.sessions, rest)
    session = 0 if opened is None else opened.event.session
    compared = story.compared_in(session)
    if last.at_us > since_us + limit_us:
        yield f"L2: the link became READY {_s(last.at_us - since_us)} after the faults, limit {_s(limit_us)}"
    elif compared is None or compared.at_us > since_us + limit_us:
        yield f"L2: session {session} had not compared its books {_s(limit_us)} after the faults"


def _last(told: list[Told], rest: Rest) -> Told | None:
    """The last of these events that was there when nothing was left to do."""
    return next((one for one in reversed(told) if one.seq <= rest.journal_seq), None)


def signals_end(evidence: Evidence) -> Iterator[str]:
    """L3: every accepted signal is terminal by its deadline + 10 minutes, exactly once; at rest, all are."""
    story = evidence.story
    stood = _rested(evidence)
    for signal_id in story.received:
        ends = story.ends.get(signal_id, [])
        if len(ends) > 1 or (not ends and evidence.at_rest):
            yield f"L3: signal {signal_id} has {len(ends)} ends"
        elif stood is not None and not (ends and ends[0] <= stood[1].journal_seq):
            due_us = max(_deadline_us(story, signal_id), stood[2]) + SIGNAL_WITHIN_US + slack_us(evidence.config)
            if stood[1].at_us > due_us:
                yield f"L3: signal {signal_id} has not ended {_s(stood[1].at_us - due_us)} after its time"


def _deadline_us(story: Story, signal_id: str) -> int:
    parent = story.parents.get(signal_id)
    return to_us(parent.ends_at if parent is not None else story.signals[signal_id].valid_until)


def flat_when_told(evidence: Evidence) -> Iterator[str]:
    """L4: a flatten ends verified flat: nothing is held at the gateway, by its own ledger, but what a person left there."""
    stood = _rested(evidence)
    story = evidence.story
    asked = [told for told in story.verbs if told.event.verb == "flatten"]
    if stood is None or not story.is_flattening or not asked:
        return
    since_us = max(stood[2], asked[-1].at_us)
    if stood[1].at_us < since_us + FLAT_WITHIN_US:
        return
    disputed = {difference.symbol for difference in evidence.book.differences.values()}
    ignored = {line.symbol for line in evidence.book.ignored.values()}
    left = {
        one.symbol: Decimal(one.theirs) - Decimal(one.ours)
        for one in evidence.book.accepted.values()
        if one.item.startswith("position/")
    }
    for symbol, quantity in evidence.truth.positions.items():
        if quantity != left.get(symbol, ZERO) and symbol not in disputed and symbol not in ignored:
            yield f"L4: {quantity} {symbol} are held {_s(stood[1].at_us - since_us)} after a flatten"


def mailboxes_drain(evidence: Evidence) -> Iterator[str]:
    """L5: with nothing left to do, nobody has unread messages."""
    stood = _rested(evidence)
    if stood is not None:
        for name, depth in stood[1].mailboxes.items():
            if depth:
                yield f"L5: {depth} messages wait for {name} although nothing is left to do"


def journal_keeps_up(evidence: Evidence) -> Iterator[str]:
    """L6: the journal's lag is 0: what it published is all that is on disk."""
    stood = _rested(evidence)
    if stood is not None and stood[1].published_seq != stood[1].journal_seq:
        yield f"L6: the journal holds {stood[1].journal_seq} events, its book is as of {stood[1].published_seq}"


def escalations_alarm(evidence: Evidence) -> Iterator[str]:
    """L7: whoever is not started again raises an alert; so does the end of the tree itself."""
    alerts = evidence.story.alerts
    for told in evidence.story.lives:
        actor = told.event.actor
        if told.event.kind not in ("gave_up", "escalated") or actor.startswith("router/"):
            continue
        if not any(alert.event.about == actor and alert.seq > told.seq for alert in alerts):
            yield f"L7: {actor} {told.event.kind.replace('_', ' ')} at event {told.seq}, and no alert tells of it"
    for heard in evidence.processes:
        given_up_us = heard.escalated_us
        if given_up_us is None or heard.killed or evidence.forgiven:
            continue
        recorded = any(alert.event.kind == "escalation" and alert.at_us >= given_up_us for alert in alerts)
        if not recorded and not any("escalation" in line for line in heard.said):
            yield f"L7: the tree of process {heard.process_n} gave up, and no alert tells of it"


def time_goes_on(evidence: Evidence) -> Iterator[str]:
    """L8: no livelock: the loop raises Livelock beyond so many steps at one instant, and the run is told of it."""
    if evidence.livelock:
        yield f"L8: {evidence.livelock}"


def _s(us: int) -> str:
    return f"{us / SECOND_US:.1f} s"
