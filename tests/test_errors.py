"""Errors are sentences and know their exit code."""

from __future__ import annotations

import pytest

from hydra.errors import ConfigError, ConfigProblem, ExitCode, HydraError, StartError, UsageError


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HydraError("the book differs"), ExitCode.VIOLATED),
        (UsageError("there is no actor riks"), ExitCode.USAGE),
        (ConfigError("supervisor.toml has 1 mistake:"), ExitCode.USAGE),
        (StartError("account U1234567 is live"), ExitCode.NOT_STARTED),
    ],
)
def test_each_error_has_the_exit_code_of_its_meaning(error: HydraError, expected: ExitCode) -> None:
    assert expected == error.exit_code


@pytest.mark.parametrize(
    ("line", "key", "expected"),
    [
        (3, "risk.quantity_max", "line 3: risk.quantity_max = 0: expected at least 1"),
        (None, "IB_GATEWAY_PORT", "IB_GATEWAY_PORT = 0: expected at least 1"),
        (3, "", "line 3: 0: expected at least 1"),
    ],
)
def test_a_problem_reads_as_one_sentence(line: int | None, key: str, expected: str) -> None:
    assert expected == str(ConfigProblem(key=key, line=line, value="0", expected="at least 1"))


def test_a_configuration_error_lists_its_problems_below_its_summary() -> None:
    problem = ConfigProblem(key="risk.x", line=3, value="0", expected="at least 1")
    assert f"f.toml has 1 mistake:\n  {problem}" == str(ConfigError("f.toml has 1 mistake:", (problem,)))
