"""Everything that is written down about one run, process after process, and the judgement at its end.

attach to each process before it starts, detach at the instant at which it ends; what it does after that, nobody hears. A run
without noise has the same digest with and without records.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from hydra.config import Config
from hydra.core.book import Book
from hydra.core.instants import to_us
from hydra.errors import UsageError
from hydra.gateway.ledger import ledger_of
from hydra.journal.faults import JournalDamaged
from hydra.journal.reading import JournalReader, open_read_only
from hydra.records import BookImage
from hydra.simulation.laws.evidence import Evidence, Replay
from hydra.simulation.laws.letter_record import LetterRecord
from hydra.simulation.laws.life_record import LifeRecord
from hydra.simulation.laws.overheard import Overheard, Rest
from hydra.simulation.laws.story import Story, story_of
from hydra.simulation.laws.table import broken
from hydra.simulation.laws.timer_record import TimerRecord
from hydra.simulation.laws.truth import truth_of
from hydra.simulation.laws.wire_record import WireRecord
from hydra.simulation.world import SimulatedWorld
from hydra.supervisor.picture import book_of
from hydra.supervisor.tree import tree_of

MESSAGES_PER_S_MAX = 50
"""IB's limit for one connection (ib-gateway-behaviour, pacing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last event of a journal's file: its number, 0 when there is none, and its link in the chain."""

    seq: int
    chain: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """A process that is over: what was heard, its journal's file, the book it had published last, and the head of the
    journal: of one that was killed the last event that it had told anybody, for a commit may tear."""

    heard: Overheard
    journal_path: Path
    head: Head
    published: BookImage


class _Listening:
    """The ears at one living process."""

    def __init__(self, process_n: int, simulated: SimulatedWorld) -> None:
        self.process_n = process_n
        self.simulated = simulated
        world = simulated.world
        self.began_us = to_us(world.clock.now()) - world.loop.now_us()
        self.letters, self.lives, self.timers = LetterRecord(), LifeRecord(), TimerRecord()
        self.wire = WireRecord(per_s_max=MESSAGES_PER_S_MAX, latched=lambda: self.letters.latched)
        for listener in (self.letters, self.lives, self.timers):
            world.listen(listener)
        simulated.network.listener = self.wire
        self.rest: Rest | None = None

    @property
    def now_us(self) -> int:
        return self.began_us + self.simulated.world.loop.now_us()

    @property
    def published(self) -> BookImage:
        return book_of(self.simulated.world.published())

    def look(self) -> None:
        world = self.simulated.world
        self.rest = Rest(
            at_us=self.now_us,
            living=dict(self.lives.living),
            mailboxes={actor.name: actor.mailbox_depth for actor in world.actors()},
            journal_seq=head_of(self.simulated.journal_path).seq,
            published_seq=self.published.seq,
        )

    def end(self, *, killed: bool) -> _Ended:
        """Everything as it is now."""
        self.simulated.network.listener = None
        letters, lives, wire = self.letters, self.lives, self.wire
        escalated_us = lives.escalated_us
        heard = Overheard(
            process_n=self.process_n,
            tree=tree_of(self.simulated.desk.plans),
            began_us=self.began_us,
            ended_us=self.now_us,
            killed=killed,
            orders=tuple(wire.orders),
            bursts=tuple(wire.bursts),
            unreadable=tuple(wire.unreadable),
            stale=tuple(letters.stale),
            twice=tuple(letters.twice),
            lost=() if killed else letters.lost(self._depths()),
            open_asks=tuple(name for name in letters.asks if self.simulated.world.post.find(name) is not None),
            happened=tuple(lives.happened),
            overlaps=tuple(lives.overlaps),
            escalated_us=None if escalated_us is None else self.began_us + escalated_us,
            timers=tuple(self.timers.wrong),
            rest=self.rest,
            said=tuple(self.simulated.said),
        )
        path = self.simulated.journal_path
        head = head_of(path, self.published.seq) if killed else head_of(path)
        return _Ended(heard=heard, journal_path=path, head=head, published=self.published)

    def _depths(self) -> dict[str, int]:
        post = self.simulated.world.post
        found = ((name, post.find(name)) for name in dict.fromkeys((*self.letters.waiting.values(), *self.lives.living)))
        return {name: address.mailbox.depth for name, address in found if address is not None}


class Records:
    """`config` is what every process of the run was configured with."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.forgiven = ""
        self._ended: list[_Ended] = []
        self._listening: _Listening | None = None
        self._last: SimulatedWorld | None = None

    def attach(self, simulated: SimulatedWorld) -> None:
        """Listen to a process, before its desk starts. Raises RuntimeError while another one is listened to."""
        if self._listening is not None:
            raise RuntimeError(f"process {self._listening.process_n} is still listened to")
        self._listening = _Listening(len(self._ended) + 1, simulated)
        self._last = simulated

    def look(self) -> None:
        """How the process stands now, with nothing left to do at this instant: what L1, L2, L5 and L6 are judged by."""
        if self._listening is not None:
            self._listening.look()

    def detach(self, *, killed: bool) -> None:
        """The process is over: `killed` at this very instant, or ended in order before."""
        if self._listening is not None:
            self._ended.append(self._listening.end(killed=killed))
            self._listening = None

    def forgive(self, why: str) -> None:
        """The journal was tampered with from outside: that it lacks events is no fault of hydra's."""
        self.forgiven = self.forgiven or why

    def broken(self, *, calm_us: int | None, at_rest: bool, livelock: str = "") -> tuple[str, ...]:
        """Every broken law of the whole run, in sentences. See Evidence for what the arguments mean."""
        evidence = replace(self.evidence(), calm_us=calm_us, at_rest=at_rest, livelock=livelock)
        return tuple(broken(evidence))

    def evidence(self) -> Evidence:
        """What the last process has left, and what was overheard of all. Raises RuntimeError while one still lives."""
        if self._last is None or not self._ended or self._listening is not None:
            raise RuntimeError("a run is judged after its last process has ended")
        path = self._ended[-1].journal_path
        story, book = Story(), Book()
        images = {one.published.seq: one.published for one in self._ended}
        replayed: dict[int, BookImage] = {0: book.image()}
        lost_text = ""
        try:
            for _ in _told(path, story, book):
                if book.seq in images:
                    replayed[book.seq] = book.image()
        except (JournalDamaged, UsageError) as error:
            lost_text = str(error)
        missing = self._missing(path)
        return Evidence(
            story=story,
            book=book,
            truth=truth_of(self._ledger(self._last)),
            config=self.config,
            processes=tuple(one.heard for one in self._ended),
            replays=() if missing else self._replays(replayed),
            lost=tuple(_story_at(one.journal_path) for one in missing),
            lost_text=lost_text or _told_missing(missing),
            forgiven=self.forgiven,
        )

    def _ledger(self, simulated: SimulatedWorld) -> dict[str, object]:
        simulated.gateway.drain()
        return ledger_of(simulated.venue.store)

    def _missing(self, path: Path) -> tuple[_Ended, ...]:
        """Processes whose journal the last one does not continue."""
        return tuple(one for one in self._ended[:-1] if one.head.seq and one.head != head_of(path, one.head.seq))

    def _replays(self, replayed: dict[int, BookImage]) -> tuple[Replay, ...]:
        return tuple(
            Replay(process_n=one.heard.process_n, published=one.published, replayed=replayed[one.published.seq])
            for one in self._ended
            if one.published.seq in replayed
        )


def head_of(path: Path, seq: int | None = None) -> Head:
    """The last event on disk, or the one of this number; nothing where there is no journal, or none that can be read."""
    if not path.exists():
        return Head(seq=0, chain=b"")
    where = "" if seq is None else f"WHERE seq = {seq:d} "
    try:
        with closing(open_read_only(path)) as connection:
            row = connection.execute(f"SELECT seq, chain FROM events {where}ORDER BY seq DESC LIMIT 1").fetchone()
    except (sqlite3.Error, JournalDamaged, UsageError):
        return Head(seq=0, chain=b"")
    return Head(seq=row[0], chain=row[1]) if row else Head(seq=0, chain=b"")


def _told(path: Path, story: Story, book: Book) -> Iterator[None]:
    """Let story and book hear every event of a journal, one at a time."""
    with JournalReader(path) as reader:
        for stored in reader.fold():
            story.hear(stored)
            book.apply(stored.seq, stored.at, stored.event)
            yield


def _story_at(path: Path) -> Story:
    with JournalReader(path) as reader:
        return story_of(reader.fold())


def _told_missing(missing: tuple[_Ended, ...]) -> str:
    names = ", ".join(f"{one.head.seq} of process {one.heard.process_n}" for one in missing)
    return f"the journal does not continue that of an earlier process any more: it lacks event {names}" if missing else ""
