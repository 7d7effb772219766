"""What may be asked of a running hydra from outside, and where: the contract of surface and client."""

from __future__ import annotations

from dataclasses import dataclass

from hydra.values import Resolution

TEXT_LENGTH_MAX = 500


class Verb:
    """Base of what an operator may ask. `by` is the operating system's name of the user who asks."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt(Verb):
    """Cancel everything and send no more orders."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Verb):
    """Trade again; `force` accepts the differences that are open."""

    by: str
    reason: str
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten(Verb):
    """Close every position by limit orders."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillActor(Verb):
    """Let the actor at this address die as if it had crashed."""

    by: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileBooks(Verb):
    """Compare our books with the broker's now."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Verb):
    """Settle the difference called `item`: adopt the broker's side, ignore it, or close it at the broker."""

    item: str
    how: Resolution
    by: str
    reason: str


STATUS_PATH = "/status"
DIFFERENCES_PATH = "/differences"
VERB_PATHS: dict[str, type[Verb]] = {
    "/halt": Halt,
    "/resume": Resume,
    "/flatten": Flatten,
    "/kill": KillActor,
    "/reconcile": ReconcileBooks,
    "/resolve": Resolve,
}


def path_of(verb: Verb) -> str:
    """Where this verb is posted."""
    return next(path for path, kind in VERB_PATHS.items() if kind is type(verb))
