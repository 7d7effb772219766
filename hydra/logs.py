"""The text log: loguru to a rotated, bounded file and, for a person, to stderr. Nothing ever reads it.

What is bound under a name that speaks of a secret, a token or a password is masked before any sink sees it;
the values of variables are never written beside tracebacks. A log that cannot be written says so on stderr
and stops nothing.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING

from loguru import logger

from hydra.config import LogConfig

if TYPE_CHECKING:
    from loguru import Record

MASK = "***"
SECRET_WORDS = ("secret", "token", "password")
RENDERED = "_rendered"
LIBRARIES = ("ib_async", "uvicorn")
FILE_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS!UTC}Z {level: <8} {message}{extra[_rendered]}\n{exception}"
CONSOLE_FORMAT = "{time:HH:mm:ss} <level>{level: <8}</level> {message}<dim>{extra[_rendered]}</dim>\n"

SAID = "said"
"""Bound to a line that stands on stderr already: the file keeps it, the console does not repeat it."""


def configure_logs(log: LogConfig, *, console: bool) -> None:
    """Send loguru, and warnings of the libraries, to `log.path` and, with `console`, to stderr, and only there."""
    logger.remove()
    logger.configure(patcher=_complete)
    logger.add(
        log.path,
        level=log.level,
        format=lambda record: FILE_FORMAT,
        rotation=log.rotation_mb * 1_000_000,
        retention=log.files_kept,
        encoding="utf-8",
        backtrace=False,
        diagnose=False,
    )
    if console:
        logger.add(
            sys.stderr,
            level=log.level,
            format=lambda record: CONSOLE_FORMAT + "{exception}",
            filter=lambda record: SAID not in record["extra"],
            backtrace=False,
            diagnose=False,
        )
    for library in LIBRARIES:
        _intercept(library)


def _complete(record: Record) -> None:
    """Mask what is bound and render it as ` key=value`, for the formats."""
    bound = masked(record["extra"])
    record["extra"].update(bound)
    record["extra"][RENDERED] = "".join(f" {name}={value}" for name, value in bound.items())


def masked(fields: Mapping[str, object]) -> dict[str, object]:
    """`fields` with every value masked whose name speaks of a secret, at any depth."""
    return {name: _masked_value(name, value) for name, value in fields.items()}


def _masked_value(name: str, value: object) -> object:
    if any(word in name.lower() for word in SECRET_WORDS):
        return MASK
    return masked(value) if isinstance(value, Mapping) else value


class _ToLoguru(logging.Handler):
    """A standard-library log handler that passes records on, with the place they came from."""

    def emit(self, record: logging.LogRecord) -> None:
        frame: FrameType | None = logging.currentframe()
        depth = 0
        while frame is not None and (depth == 0 or frame.f_code.co_filename == logging.__file__):
            frame, depth = frame.f_back, depth + 1
        bound = logger.opt(depth=depth, exception=record.exc_info).bind(library=record.name)
        bound.log(record.levelname, "{}", record.getMessage())


def _intercept(library: str) -> None:
    source = logging.getLogger(library)
    source.handlers = [_ToLoguru()]
    source.setLevel(logging.WARNING)
    source.propagate = False
