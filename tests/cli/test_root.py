"""The root command: its table, its laziness, and how expected failures end."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from hydra.cli.root import COMMANDS, LazyGroup, root
from hydra.errors import HydraError, StartError


@pytest.mark.parametrize("name", COMMANDS)
def test_every_row_of_the_table_leads_to_a_command(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert isinstance(command, click.Command)


def test_help_names_every_command_and_imports_none() -> None:
    program = (
        "import sys; from hydra.cli.root import root; root(['--help'], standalone_mode=False); "
        "heavy = ('hydra.', 'pydantic', 'ib_async', 'rich', 'asyncio'); "
        "print(sorted(name for name in sys.modules if name.startswith(heavy)))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    output = run.stdout
    assert "['hydra.cli', 'hydra.cli.root', 'hydra.errors']" == output.splitlines()[-1]
    assert [] == [name for name in COMMANDS if f"  {name}" not in output]
    assert [] == [row.summary for row in COMMANDS.values() if row.summary not in output]


def test_an_unknown_command_is_wrong_usage() -> None:
    assert 2 == CliRunner().invoke(root, ["trade-live"]).exit_code


@pytest.mark.parametrize(
    ("error", "code"), [(StartError("port 4001 is live"), 3), (HydraError("one lost share"), 1)]
)
def test_an_expected_failure_is_its_sentence_and_its_exit_code(error: HydraError, code: int) -> None:
    @click.group(cls=LazyGroup, invoke_without_command=True)
    def failing() -> None:
        raise error

    result = CliRunner().invoke(failing, [])
    assert (code, f"error: {error}\n") == (result.exit_code, result.stderr)


def test_an_unexpected_failure_is_not_dressed_up() -> None:
    @click.group(cls=LazyGroup, invoke_without_command=True)
    def failing() -> None:
        raise ZeroDivisionError

    assert isinstance(CliRunner().invoke(failing, []).exception, ZeroDivisionError)
