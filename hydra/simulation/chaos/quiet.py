"""In a hunt, crashes are what is wanted: nobody is to read them on the terminal. They are in the trace and the journal."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from loguru import logger


def be_quiet() -> None:
    """Neither hydra's log nor ib_async's says anything in this process from now on."""
    logger.disable("hydra")
    logging.disable(logging.CRITICAL)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The same for as long as this lasts."""
    be_quiet()
    try:
        yield
    finally:
        logger.enable("hydra")
        logging.disable(logging.NOTSET)
