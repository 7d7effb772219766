"""Rows that a gateway tells word for word again in each listing, with what they meant. Pure but for its bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hydra.broker.news import ExecutionSeen, News

EXECUTION, COMMISSION, COMPLETED_ORDER = "11", "59", "101"
REPEATED_MESSAGES = (EXECUTION, COMMISSION, COMPLETED_ORDER)
"""execDetails, commissionReport, completedOrder: every listing has those of the whole day."""

HEARTBEAT = "49"
"""currentTime, the answer to the link's heartbeat."""

ROWS_MAX = 4096
"""Of each of two generations: a listing of so many rows is wholly remembered until the next one."""
GENERATION_HEARTBEATS = 20
"""A generation ends after so many, so that at night nothing is left of the day."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A row's text without its request id, and that id; 0 where the message bears none."""

    text: str
    request_id: int


class Repeats:
    """What each wording meant. One per socket, for what a text means is settled with the server version."""

    def __init__(self, rows_max: int = ROWS_MAX) -> None:
        self._rows_max = rows_max
        self._heartbeats = 0
        self._young: dict[str, News] = {}
        self._old: dict[str, News] = {}

    def meaning(self, wording: Wording) -> News | None:
        """What these words meant before; None for new ones."""
        news = self._young.get(wording.text)
        if news is None:
            news = self._old.get(wording.text)
            if news is None:
                return None
            self._keep(wording.text, news)
        if isinstance(news, ExecutionSeen) and news.request_id != wording.request_id:
            return ExecutionSeen(request_id=wording.request_id, account=news.account, execution=news.execution)
        return news

    def heartbeat(self) -> None:
        """Some time has passed: what was not told for one to two generations is forgotten."""
        self._heartbeats += 1
        if self._heartbeats >= GENERATION_HEARTBEATS:
            self._age()

    def remember(self, wording: Wording, news: News) -> None:
        """These words mean this."""
        self._keep(wording.text, news)

    def _keep(self, text: str, news: News) -> None:
        if len(self._young) >= self._rows_max:
            self._age()
        self._young[text] = news

    def _age(self) -> None:
        self._old, self._young, self._heartbeats = self._young, {}, 0


def wording_of(texts: Sequence[str]) -> Wording | None:
    """The wording of a row that listings repeat; None for any other message."""
    if not texts or texts[0] not in REPEATED_MESSAGES:
        return None
    if texts[0] != EXECUTION:
        return Wording("\0".join(texts), 0)
    request_id = texts[1] if len(texts) > 1 else ""
    if not request_id.removeprefix("-").isdecimal():
        return None
    return Wording("\0".join((EXECUTION, *texts[2:])), int(request_id))
