"""What can stop hydra before or while it starts, and the exit codes. It never prints and never exits.

Every error is a sentence for a person: the thing, the value and the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell and the service manager learn. 2 and 3 are not worth a restart."""

    CLEAN = 0
    VIOLATED = 1
    USAGE = 2
    NOT_STARTED = 3


class HydraError(Exception):
    """An expected failure whose text is the whole story; the command line prints it without a traceback."""

    exit_code = ExitCode.VIOLATED


class UsageError(HydraError):
    """A command was asked for something it cannot do."""

    exit_code = ExitCode.USAGE


class StartError(HydraError):
    """hydra may not or cannot start here: live account, wrong account, lock held, no gateway."""

    exit_code = ExitCode.NOT_STARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigProblem:
    """One thing wrong in the configuration.

    `key` is the dotted path (`strategy[0].symbols`), empty for broken TOML; `line` counts from 1 and is None
    when the value stands in no file; `value` is written as in TOML; `expected` completes "expected ...".
    """

    key: str
    line: int | None
    value: str
    expected: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        thing = f"{self.key} = {self.value}" if self.key else self.value
        return f"{place}{thing}: expected {self.expected}"


class ConfigError(HydraError):
    """The configuration cannot be used; `problems` holds everything that is wrong with it, in file order."""

    exit_code = ExitCode.USAGE

    def __init__(self, summary: str, problems: tuple[ConfigProblem, ...] = ()) -> None:
        super().__init__(summary)
        self.summary = summary
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([self.summary, *(f"  {problem}" for problem in self.problems)])
