"""Every way out of a simulated world, and the few who may take one, each with the reason. A table; nothing here acts."""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Way = Literal["process", "wait", "wire", "dice", "clock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Names of one owner, a module or `module:Class`."""

    owner: str
    names: tuple[str, ...]
    way: Way


INSTEAD: Mapping[Way, str] = {
    "process": "nothing: a simulated world is one thread of one process",
    "wait": "a timer: virtual time does not pass while somebody waits",
    "wire": "the simulated network: there is no other",
    "dice": "dice with a seed: a strategy has self.rng",
    "clock": "market time: a strategy has view.now",
}
"""Completes "use ..."."""

OUTLETS: tuple[Outlet, ...] = (
    Outlet(owner="threading:Thread", names=("start",), way="process"),
    Outlet(owner="_thread", names=("start_new_thread", "start_new", "start_joinable_thread"), way="process"),
    Outlet(owner="subprocess:Popen", names=("__init__",), way="process"),
    Outlet(owner="os", names=("fork", "forkpty", "posix_spawn", "posix_spawnp", "system"), way="process"),
    Outlet(owner="time", names=("sleep",), way="wait"),
    Outlet(owner="socket:socket", names=("bind", "connect", "connect_ex", "listen", "sendto"), way="wire"),
    Outlet(owner="socket", names=("getaddrinfo", "gethostbyname"), way="wire"),
    Outlet(owner="os", names=("urandom", "getrandom"), way="dice"),
    Outlet(owner="random", names=("_urandom",), way="dice"),
    Outlet(owner="uuid", names=("uuid1", "uuid4"), way="dice"),
    Outlet(owner="time", names=("time", "time_ns", "monotonic", "monotonic_ns"), way="clock"),
    Outlet(owner="time", names=("perf_counter", "perf_counter_ns"), way="clock"),
    Outlet(owner="datetime:datetime", names=("now", "utcnow"), way="clock"),
    Outlet(owner="datetime:date", names=("today",), way="clock"),
)

MODULE_DICE = Outlet(owner="random", names=(), way="dice")
"""What the random module rolls for everybody, and dice made without a seed."""

ALLOWED: Mapping[tuple[str, Way], str] = {
    ("pykka", "dice"): "names each actor by a uuid4, in whose place hydra puts a name of its own",
    ("ib_async", "clock"): "stamps what arrives; nobody reads it: under freezegun the digest is the same",
    ("tenacity", "clock"): "keeps statistics of its attempts; hydra neither waits nor stops by them",
    ("loguru", "clock"): "stamps lines for people",
    ("logging", "clock"): "stamps lines for people",
    ("hypothesis", "clock"): "measures the garbage collector, whoever it runs in",
}
"""Top packages that may take a way themselves or for those who call them, and why."""

LEFT_ALONE = ("freezegun", "_pytest", "pytest", "hypothesis", "coverage", "execnet", "xdist")
"""Packages whose borrowed names are not guarded: they run or freeze the world from outside."""

LIBRARIES = tuple(sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
"""Where installed packages lie. While one is imported it may do as it likes: some draw a seed then."""
