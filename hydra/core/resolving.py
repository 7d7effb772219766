"""A person's word about one difference: it is heard once, looked at again at the broker, obeyed or refused in a sentence.

Nothing is taken over or closed on what was listed before the word was said: it waits for the first complete and settled
listing that began after it, and for no longer than WITHIN_S. Whoever waits dies with the session of the journal's actor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hydra.core.book import Book
from hydra.core.comparison import Tolerance, is_same
from hydra.core.effects import Effects, EffectsOf, Later, Moment, Send
from hydra.core.folding_differences import ACCEPTED, ONCE_ONLY
from hydra.core.operating import accept
from hydra.core.remedies import remedy
from hydra.core.settling import Obstructed, Settled, Wish, adopt, close
from hydra.core.weighing import Scope
from hydra.messages.commands import ResolveDifference, VerbAnswered, WorkDue
from hydra.messages.decisions import OperatorActed
from hydra.messages.sync import BrokerSnapshot
from hydra.values import Difference, Resolution, TradingState

GIVE_UP = "give up a resolution that waits for a listing"
WITHIN_S = 15.0
"""Machine seconds; a listing takes two, and one that is not settled is followed by another."""
WAITING_MAX = 16

NOTHING_DONE = "nothing was done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A word that waits for a listing numbered above `after_n`, until this reading of the machine's clock."""

    message: ResolveDifference
    difference: Difference
    after_n: int
    until_s: float


class Resolving:
    """`waiting` by ticket. Lives in the sequencer, dies with it: then the difference is open as before."""

    def __init__(self, book: Book, tolerance: Tolerance) -> None:
        self.book = book
        self.tolerance = tolerance
        self.waiting: dict[str, Waiting] = {}
        self.ending = ""

    def begin(self, message: ResolveDifference, after_n: int, moment: Moment) -> EffectsOf[bool]:
        """Record the word and obey it, refuse it, or (True) have it wait for a listing that begins now."""
        book = self.book
        ticket = f"{book.run}/{message.reply_to}" if message.reply_to else ""
        verb = f"{message.how} {message.item}"
        is_new = yield OperatorActed(verb=verb, by=message.by, text=message.reason, ticket=ticket)
        difference = self._known(message.item)
        if not is_new:
            if ticket not in self.waiting:
                yield self._answer(message, obeyed=message.item not in book.differences, text=f"{verb} was said before")
            return False
        objection = self._objection(message, difference)
        if objection or difference is None:
            yield self._answer(message, obeyed=False, text=objection)
            return False
        if message.how is Resolution.IGNORE:
            yield from accept(book, difference, message.by, message.reason)
            text = f"{message.item} is ignored as it is; a different gap would be a new difference"
            yield self._answer(message, obeyed=True, text=text)
            return False
        self.waiting[ticket or f"{verb} #{book.seq}"] = Waiting(
            message=message, difference=difference, after_n=after_n, until_s=moment.machine_s + WITHIN_S
        )
        yield Later(WITHIN_S, WorkDue(what=GIVE_UP))
        return True

    def take(
        self, sighted: Mapping[str, Difference], scope: Scope, snapshot: BrokerSnapshot, moment: Moment
    ) -> Effects:
        """One complete listing, after its differences were weighed: whoever waited for it is obeyed or refused."""
        for ticket, one in tuple(self.waiting.items()):
            if snapshot.request_n <= one.after_n or not self._is_judged(one, scope):
                continue
            del self.waiting[ticket]
            refusal = self._changed(one, sighted)
            if refusal:
                yield self._answer(one.message, obeyed=False, text=f"{refusal}; {NOTHING_DONE}")
                continue
            message = one.message
            wish = Wish(difference=one.difference, by=message.by, reason=message.reason, now=moment.now)
            act = adopt if message.how is Resolution.ADOPT else close
            outcome = yield from act(self.book, wish, snapshot)
            if isinstance(outcome, Settled):
                yield self._answer(message, obeyed=True, text=outcome.text)
            else:
                yield self._refuse(message, outcome)

    def expire(self, moment: Moment) -> Effects:
        """No listing came in time that could tell."""
        for ticket, one in tuple(self.waiting.items()):
            if round(one.until_s - moment.machine_s, 3) <= 0:
                del self.waiting[ticket]
                text = f"no complete and settled listing of the broker came within {WITHIN_S:g} s; {NOTHING_DONE}"
                yield self._answer(one.message, obeyed=False, text=text)

    def end(self, reason: str) -> Effects:
        """The run ends: nothing is begun any more, a signal least of all."""
        self.ending = f"the run is ending: {reason}; {NOTHING_DONE}"
        waiting, self.waiting = self.waiting, {}
        for one in waiting.values():
            yield self._answer(one.message, obeyed=False, text=self.ending)

    def _known(self, item: str) -> Difference | None:
        """One that is open, or ignored: that may be settled for good later."""
        settled = self.book.settled.get(item)
        ignored = self.book.accepted.get(item) if settled is not None and settled.how == ACCEPTED else None
        return self.book.differences.get(item, ignored)

    def _objection(self, message: ResolveDifference, difference: Difference | None) -> str:
        book = self.book
        if difference is None:
            return f"no difference is called {message.item}; {open_items(book)}"
        if self.ending:
            return self.ending
        if message.how is Resolution.IGNORE:
            return f"{message.item} is ignored already" if message.item not in book.differences else ""
        offered = remedy(difference.kind, message.how)
        if not offered.is_offered:
            return f"{message.item} ({difference.kind}) has no --{message.how}: {offered.text}"
        if not book.session_live:
            return f"no session with the broker is live, so {message.item} cannot be looked at again; {NOTHING_DONE}"
        if len(self.waiting) >= WAITING_MAX:
            return f"{len(self.waiting)} resolutions wait for a listing, limit {WAITING_MAX}; {NOTHING_DONE}"
        return ""

    def _is_judged(self, one: Waiting, scope: Scope) -> bool:
        return one.difference.item.startswith(ONCE_ONLY) or scope.covers(one.difference)

    def _changed(self, one: Waiting, sighted: Mapping[str, Difference]) -> str:
        item = one.difference.item
        now = self._known(item) if item.startswith(ONCE_ONLY) else sighted.get(item)
        if now is None:
            return f"{item} is no longer there: the broker and our books agree, or it was settled meanwhile"
        if not is_same(one.difference, now, self.tolerance):
            return f"{item} has changed meanwhile: {now.text}"
        return ""

    def _refuse(self, message: ResolveDifference, obstructed: Obstructed) -> Send:
        return self._answer(message, obeyed=False, text=f"{obstructed.text}; {NOTHING_DONE}")

    def _answer(self, message: ResolveDifference, *, obeyed: bool, text: str) -> Send:
        return Send(message.reply_to, VerbAnswered(obeyed=obeyed, text=f"{text}. {standing(self.book)}"))


def open_items(book: Book) -> str:
    """The names that a person may use."""
    return f"open are {', '.join(book.differences)}" if book.differences else "none is open"


def standing(book: Book) -> str:
    """Whether it trades, and what is still open: a resolution never resumes by itself."""
    state = book.trading.state
    resumes = state is not TradingState.ACTIVE
    if book.differences:
        return f"Trading is {state}; still {open_items(book)}"
    return f"No difference is open; trading is {state}" + (" until `hydra resume`" if resumes else "")
