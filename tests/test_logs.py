"""The text log: what is bound stands in it, secrets never do, and it is bounded."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from hydra.config import LogConfig
from hydra.logs import configure_logs, masked


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogConfig]:
    yield LogConfig(path=tmp_path / "deep" / "hydra.log", level="INFO", rotation_mb=1, files_kept=2)
    logger.remove()
    logger.configure(patcher=None)
    logging.getLogger("ib_async").handlers = []


def text_of(log: LogConfig) -> str:
    return log.path.read_text(encoding="utf-8")


def test_bound_fields_stand_behind_the_message(log: LogConfig) -> None:
    configure_logs(log, console=False)
    logger.bind(order_ref="s1-1-1", quantity=5).info("order written")
    assert text_of(log).endswith("Z INFO     order written order_ref=s1-1-1 quantity=5\n")


def test_below_the_level_nothing_is_written(log: LogConfig) -> None:
    configure_logs(log, console=False)
    logger.debug("detail")
    assert "" == text_of(log)


def test_no_secret_reaches_file_or_console(log: LogConfig, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(log, console=True)
    logger.bind(api_token="hunter2", login={"Password": "hunter2", "user": "ann"}).warning("signing in")
    told = text_of(log) + capsys.readouterr().err
    assert "hunter2" not in told
    assert 2 == told.count("api_token=*** login={'Password': '***', 'user': 'ann'}")


def test_tracebacks_show_no_values_of_variables(log: LogConfig) -> None:
    configure_logs(log, console=False)
    password = "hunter2"
    try:
        int("x" if password else "1")
    except ValueError:
        logger.exception("cannot read")
    assert "ValueError: invalid literal" in text_of(log)
    assert "hunter2" not in text_of(log).replace('password = "hunter2"', "")


def test_braces_and_marks_in_a_message_are_plain_text(log: LogConfig) -> None:
    configure_logs(log, console=False)
    logger.bind(reply="{x} <red>").info("{} <b>", "{y}")
    assert text_of(log).endswith("{y} <b> reply={x} <red>\n")


def test_the_console_is_silent_when_not_wanted(log: LogConfig, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(log, console=False)
    logger.error("for the file only")
    assert "" == capsys.readouterr().err


def test_warnings_of_ib_async_arrive_and_its_chatter_does_not(log: LogConfig) -> None:
    configure_logs(log, console=False)
    source = logging.getLogger("ib_async.wrapper")
    source.info("API connection ready")
    source.warning("Error 200, reqId 4: {no} security definition")
    expected = "WARNING  Error 200, reqId 4: {no} security definition library=ib_async.wrapper\n"
    assert text_of(log).endswith(expected)
    assert "ready" not in text_of(log)


def test_setting_up_twice_writes_once(log: LogConfig) -> None:
    configure_logs(log, console=False)
    configure_logs(log, console=False)
    logger.info("once")
    logging.getLogger("ib_async").warning("also once")
    assert 2 == len(text_of(log).splitlines())


def test_old_files_are_rotated_away(log: LogConfig) -> None:
    configure_logs(log, console=False)
    for _ in range(50):
        logger.info("x" * 100_000)
    sizes = [file.stat().st_size for file in log.path.parent.iterdir()]
    assert 3 == len(sizes)
    assert max(sizes) <= 1_000_000


def test_masking_leaves_other_fields_and_the_original_alone() -> None:
    fields = {"client_secret": 1, "nested": {"token": 2, "n": 3}}
    assert {"client_secret": "***", "nested": {"token": "***", "n": 3}} == masked(fields)
    assert {"client_secret": 1, "nested": {"token": 2, "n": 3}} == fields
