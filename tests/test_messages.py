"""The catalogue of messages obeys the house: frozen values, one sentence and one row of wiring each, a fold per event."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import hydra.messages
from hydra.core.folding import FOLDS
from hydra.messages.base import Command, Due, Event, Urgent
from hydra.runtime.message import Lifecycle, Message, WhenFull
from hydra.supervisor.wiring import ROUTES
from hydra.supervisor.wiring_table import markdown_table

ABSTRACT = (Event, Command, Urgent, Due)
README = Path(__file__).parent.parent / "README.md"


def catalogue() -> Iterator[type[Message]]:
    for module_info in pkgutil.iter_modules(hydra.messages.__path__):
        module = importlib.import_module(f"hydra.messages.{module_info.name}")
        for value in vars(module).values():
            is_message = inspect.isclass(value) and issubclass(value, Message) and value not in ABSTRACT
            if is_message and value.__module__ == module.__name__:
                yield value


MESSAGES = tuple(catalogue())


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_a_message_is_a_frozen_slotted_keyword_only_value_with_a_sentence(message: type[Message]) -> None:
    assert dataclasses.is_dataclass(message)
    assert message.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert all(field.kw_only for field in dataclasses.fields(message))
    assert "__dict__" not in dir(message)
    assert (message.__doc__ or "").rstrip().endswith((".", "?"))


def test_every_message_has_one_row_of_wiring_and_no_row_is_left_over() -> None:
    assert set(ROUTES) == {*MESSAGES, Lifecycle}


def test_every_event_has_a_fold_and_nothing_else_has() -> None:
    assert set(FOLDS) == {message for message in MESSAGES if issubclass(message, Event)}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_a_fact_is_never_refused_by_a_full_mailbox(message: type[Message]) -> None:
    if issubclass(message, Event | Urgent):
        assert message.WHEN_FULL is WhenFull.NEVER


def test_the_message_table_of_the_readme_is_the_wiring() -> None:
    assert markdown_table() in README.read_text(encoding="utf-8")
