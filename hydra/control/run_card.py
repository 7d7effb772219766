"""What a running hydra leaves beside its journal for `hydra halt --direct`: who it is and where its gateway listens.

It is written for the moment when the process does not answer any more, so it is a file and nothing is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from hydra.errors import HydraError


@dataclass(frozen=True, slots=True, kw_only=True)
class CardClock:
    """The clock that a run followed: it showed `market_us` when this machine's wall clock showed `wall_us`, and goes `speed`
    times as fast. Microseconds since 1970."""

    market_us: int
    wall_us: int
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCard:
    """`account` is the configured one, empty where any paper account is taken; `pid` is of the supervisor. `clock` is for
    the run after this one, should this one be killed: None while it is not known."""

    pid: int
    host: str
    port: int
    client_id: int
    account: str
    embedded: bool
    clock: CardClock | None = None


def card_path(journal: Path) -> Path:
    """`logs/hydra.db.run` for `logs/hydra.db`."""
    return journal.with_name(f"{journal.name}.run")


def write_card(journal: Path, card: RunCard) -> None:
    """Replace what an earlier run left, in one step: nobody ever reads half of it."""
    path = card_path(journal)
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(msgspec.json.encode(card))
    draft.replace(path)


def read_card(journal: Path) -> RunCard | None:
    """The card of the run that is, or of one that did not end in order; None where there is none."""
    path = card_path(journal)
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunCard)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise HydraError(f"{path} cannot be read: {error}") from error


def remove_card(journal: Path) -> None:
    """The run has ended in order."""
    card_path(journal).unlink(missing_ok=True)
