"""README.md tells the truth: its commands are those that are run, its paths exist, the lock is complete."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from hydra.errors import ExitCode
from tests.readme_commands import README, readme_command

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")
SETUP = "python3 -m venv .venv && .venv/bin/pip install -q -c requirements.lock -e '.[dev]'"


@pytest.mark.parametrize(("name", "last"), [("run", ".venv/bin/hydra run"), ("test", ".venv/bin/pytest -n auto")])
def test_each_of_the_two_commands_sets_up_and_then_does_its_one_thing(name: str, last: str) -> None:
    assert f"{SETUP} && {last}" == readme_command(name, TEXT)


def test_the_gate_takes_the_test_command_from_the_readme_itself() -> None:
    assert "command=$(python3 tests/readme_commands.py test)" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("blocks", [0, 2])
def test_a_missing_or_doubled_command_is_found(blocks: int) -> None:
    with pytest.raises(SystemExit, match=f"has {blocks} commands marked run"):
        readme_command("run", "<!-- command: run -->\n```sh\nhydra run\n```\n" * blocks)


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_explained(code: ExitCode) -> None:
    assert f"| {code.value} |" in TEXT


def test_every_path_in_the_layout_exists() -> None:
    tree = re.search(r"## Layout\n\n```text\n(.*?)```", TEXT, re.DOTALL)
    assert tree is not None
    paths = [line.split()[0] for line in tree[1].splitlines() if line and not line.startswith(" ")]
    assert [] == [path for path in paths if not (ROOT / path).exists()]
    assert 8 <= len(paths)


def test_the_lock_pins_every_dependency_to_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    lock = [line for line in lines if not line.startswith("#")]
    assert [] == [line for line in lock if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)]
    locked = [line.split("==")[0].lower() for line in lock]
    assert [] == [name for name in wanted if re.split(r"[<>=!~\[]", name)[0].lower() not in locked]


def test_the_readme_names_only_files_and_folders_that_a_newcomer_has() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert [] == [path for path in linked if not Path(ROOT / path).exists()]
