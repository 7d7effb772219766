"""The fence round a simulated world: who reaches for a thread, a real wait, a socket, a process, dice of his own or the
machine's clock in it is stopped there, and the world does not count.

It sees no lock that really waits, no file, and nothing that a C extension keeps for itself.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeVar

from hydra.errors import HydraError
from hydra.simulation.guards import is_of_python, posted, walk
from hydra.simulation.outlets import ALLOWED, INSTEAD, LIBRARIES, Outlet

T = TypeVar("T")


class FenceBroken(HydraError):
    """Something in a simulated world reached for the real one; the text names the call site and what to use instead."""


class Fence:
    """One world's fence. `breaches` are the sentences of those who broke it, also where a supervisor took the exception
    for the crash of an actor and went on."""

    def __init__(self) -> None:
        self.breaches: list[str] = []
        self._thread = threading.get_ident()
        self._is_open = False

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """For whoever looks at the world from outside: progress, a test."""
        before, self._is_open = self._is_open, True
        try:
            yield
        finally:
            self._is_open = before

    def outside(self, hear: Callable[[T], object]) -> Callable[[T], None]:
        """The same for a listener to progress; once the fence is broken it hears nothing more: that is raised instead."""

        def heard(done: T) -> None:
            self.check()
            with self.opened():
                hear(done)

        return heard

    def check(self) -> None:
        """Raise FenceBroken if anybody broke it so far."""
        if self.breaches:
            raise FenceBroken(self.breaches[0])

    def pass_by(self, outlet: Outlet, name: str, caller: FrameType) -> None:
        """Let this call through, or raise FenceBroken. Other threads of the process do not live in the world."""
        if self._is_open or threading.get_ident() != self._thread or _is_allowed(outlet, caller):
            return
        called = f"{outlet.owner.replace(':', '.')}.{name}"
        self.breaches.append(f"{_site(caller)} called {called} in a simulated world; use {INSTEAD[outlet.way]}")
        raise FenceBroken(self.breaches[-1])


_STANDING: list[Fence] = []
"""The fence that stands, if one does. What it guards belongs to the whole process, and so does it."""


@contextlib.contextmanager
def fenced(*, clocks: bool) -> Iterator[Fence]:
    """Fence this thread in until the end, which raises FenceBroken if anybody broke it meanwhile.

    `clocks` too: not where freezegun has made them virtual. Inside a fence that stands already it is that one.
    """
    if _STANDING:
        yield _STANDING[-1]
        return
    fence = Fence()
    with posted(_ask, clocks=clocks):
        _STANDING.append(fence)
        try:
            yield fence
        finally:
            _STANDING.clear()
            fence.check()


def _ask(outlet: Outlet, name: str, caller: FrameType) -> None:
    """Of a guard, which may have stayed behind in somebody's hands after its fence was gone."""
    if _STANDING:
        _STANDING[-1].pass_by(outlet, name, caller)


def _is_allowed(outlet: Outlet, caller: FrameType) -> bool:
    """By the table: the caller, or the first one behind him who is not Python's own; or a library that is being imported."""
    for frame in walk(caller):
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        if (package, outlet.way) in ALLOWED:
            return True
        if not is_of_python(frame):
            break
    return any(_imports_library(frame) for frame in walk(caller))


def _imports_library(frame: FrameType) -> bool:
    importer = frame.f_back
    return (
        frame.f_code.co_name == "<module>"
        and frame.f_code.co_filename.startswith(LIBRARIES)
        and importer is not None
        and importer.f_code.co_filename.startswith("<frozen importlib")
    )


def _site(caller: FrameType) -> str:
    """The nearest call that is not in Python's own library."""
    frame = next((frame for frame in walk(caller) if not is_of_python(frame)), caller)
    return f"{frame.f_code.co_filename}:{frame.f_lineno} ({frame.f_code.co_name})"
