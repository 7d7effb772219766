"""Guards at the ways out of a simulated world: they ask before each call, and leave no trace when they are taken away.

They decide nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import importlib
import random
import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

from hydra.simulation.outlets import LEFT_ALONE, MODULE_DICE, OUTLETS, Outlet

Ask = Callable[[Outlet, str, FrameType], None]
"""Hears the outlet, the name and the caller's frame before each call; raises when it may not be."""
Pair = tuple[Any, Callable[..., Any]]
"""What is guarded, and its guard."""

_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: without it a class takes no new attributes


@contextlib.contextmanager
def posted(ask: Ask, *, clocks: bool) -> Iterator[None]:
    """Guards at all outlets until the end; at the clocks only if wanted."""
    outlets = [outlet for outlet in OUTLETS if clocks or outlet.way != "clock"]
    with contextlib.ExitStack() as posts:
        pairs = [pair for outlet in outlets for pair in _at(outlet, ask, posts)]
        pairs += _at_dice(ask, posts)
        _at_borrowers(pairs, posts, clocks=clocks)
        posts.callback(_recall, pairs, dict(sys.modules))
        yield


def walk(frame: FrameType | None) -> Iterator[FrameType]:
    """This frame and those that called it, without guards."""
    while frame is not None:
        if frame.f_code.co_filename != __file__:
            yield frame
        frame = frame.f_back


def is_of_python(frame: FrameType) -> bool:
    """Whether it runs code of the standard library."""
    return str(frame.f_globals.get("__name__")).partition(".")[0] in sys.stdlib_module_names


def _at(outlet: Outlet, ask: Ask, posts: contextlib.ExitStack) -> Iterator[Pair]:
    module, _, class_name = outlet.owner.partition(":")
    owner: Any = importlib.import_module(module)
    if class_name:
        owner = getattr(owner, class_name)
    for name in outlet.names:
        if hasattr(owner, name):
            yield _put(owner, name, functools.partial(_guarded, ask, outlet, name), posts)


def _at_dice(ask: Ask, posts: contextlib.ExitStack) -> Iterator[Pair]:
    """The dice that the random module keeps for everybody, and any that are made or seeded without a seed."""
    shared = random._inst
    for name in [name for name, roll in vars(random).items() if getattr(roll, "__self__", None) is shared]:
        yield _put(random, name, functools.partial(_guarded, ask, MODULE_DICE, name), posts)
    yield _put(random.Random, "seed", functools.partial(_guarded_seed, ask), posts)


def _guarded(ask: Ask, outlet: Outlet, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def guard(*args: Any, **kwargs: Any) -> Any:
        ask(outlet, name, sys._getframe(1))
        return original(*args, **kwargs)

    return guard


def _guarded_seed(ask: Ask, original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def guard(dice: random.Random, a: Any = None, *args: Any, **kwargs: Any) -> None:
        if a is None:
            ask(MODULE_DICE, "Random without a seed", sys._getframe(1))
        original(dice, a, *args, **kwargs)

    return guard


def _put(owner: Any, name: str, guarded: Callable[[Any], Callable[..., Any]], posts: contextlib.ExitStack) -> Pair:
    """Put a guard in the place of a name until the end."""
    if isinstance(owner, type) and not owner.__flags__ & _HEAP_TYPE:
        return _put_into_c(owner, name, guarded, posts)
    original = getattr(owner, name)
    if name in vars(owner):
        posts.callback(setattr, owner, name, original)
    else:
        posts.callback(delattr, owner, name)
    guard = guarded(original)
    setattr(owner, name, guard)
    return original, guard


def _put_into_c(
    owner: type, name: str, guarded: Callable[[Any], Callable[..., Any]], posts: contextlib.ExitStack
) -> Pair:
    """Into a class written in C, by way of its own dict: datetime.now is called on the class by everybody who has it, and
    a class in its place would be another one to isinstance, pickle and match."""
    (names,) = gc.get_referents(vars(owner))
    original = names[name]

    def place(value: object) -> None:
        names[name] = value
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))

    guard = guarded(lambda cls, *args, **kwargs: original.__get__(None, cls)(*args, **kwargs))
    posts.callback(place, original)
    place(classmethod(guard))
    return original, guard


# ---- names that others took with `from ... import`

Searched = dict[str, ModuleType]

_LOOKED_AT: dict[bool, tuple[Searched, list[tuple[ModuleType, str]]]] = {False: ({}, []), True: ({}, [])}
"""Whether clocks are guarded -> the modules that were searched, which takes 10 ms for all, and whose name stood for what."""


def _at_borrowers(pairs: list[Pair], posts: contextlib.ExitStack, *, clocks: bool) -> None:
    guards = {id(pair[0]): pair for pair in pairs}
    searched, holders = _LOOKED_AT[clocks]
    for module in _outsiders(searched):
        holders += [(module, name) for name, value in vars(module).items() if id(value) in guards]
    searched.update(sys.modules)
    for module, name in holders:
        original, guard = guards.get(id(vars(module).get(name)), (None, None))
        if guard is not None:
            setattr(module, name, guard)
            posts.callback(setattr, module, name, original)


def _recall(pairs: list[Pair], known: Searched) -> None:
    """What was imported meanwhile has taken guards for the real thing: give it that."""
    originals = {id(guard): original for original, guard in pairs}
    for module in _outsiders(known):
        for name, value in list(vars(module).items()):
            if id(value) in originals:
                setattr(module, name, originals[id(value)])


def _outsiders(known: Searched) -> list[ModuleType]:
    """Every other module that is neither Python's own nor left alone."""
    return [
        module
        for name, module in list(sys.modules.items())
        if known.get(name) is not module
        and (top := name.partition(".")[0]) not in sys.stdlib_module_names
        and top not in LEFT_ALONE
        and isinstance(module, ModuleType)
    ]
