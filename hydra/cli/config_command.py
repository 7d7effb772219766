"""`hydra config`: every mistake in the configuration at once, or what is in force. It changes nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from hydra.config import Config, apply_environment, fingerprint, load_config
from hydra.config.sources import DEFAULT_PATH, VARIABLES
from hydra.config.toml import config_toml
from hydra.errors import ConfigError

_path_option = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    help="The file to read instead of ./supervisor.toml (built-in defaults where there is none).",
)


@click.group("config")
def config_command() -> None:
    """Check supervisor.toml, or show what is in force."""


@config_command.command()
@_path_option
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on the last line.")
def check(path: Path | None, as_json: bool) -> None:
    """Name every mistake with its key, line, value and what was expected; exit 2 if there is any."""
    source = _source(path)
    try:
        config = apply_environment(load_config(path), os.environ)
    except ConfigError as error:
        if as_json:
            click.echo(json.dumps(_refusal(source, error)))
        raise
    click.echo(_summary(source, config))
    if as_json:
        click.echo(json.dumps(_approval(source, config)))


@config_command.command()
@_path_option
def show(path: Path | None) -> None:
    """Print the configuration in force, file and environment applied, as a supervisor.toml with comments."""
    click.echo(config_toml(apply_environment(load_config(path), os.environ)), nl=False)


def _source(path: Path | None) -> str:
    if path is None and not DEFAULT_PATH.exists():
        return "built-in defaults"
    return str(path or DEFAULT_PATH)


def _gateway(config: Config) -> str:
    if config.gateway.embedded:
        return f"embedded, account {config.gateway.account}, {config.gateway.speed:g} times real time"
    return f"{config.broker.host}:{config.broker.port}, client id {config.broker.client_id}"


def _summary(source: str, config: Config) -> str:
    lines = [f"{source}: no mistakes.", f"  gateway      {_gateway(config)}"]
    lines += [
        f"  strategy     {strategy.name} on {', '.join(strategy.symbols)}" for strategy in config.strategies
    ]
    overriding = [variable for variable in VARIABLES.values() if os.environ.get(variable, "").strip()]
    if overriding:
        lines.append(f"  environment  {', '.join(overriding)}")
    lines += [f"  journal      {config.journal.path}", f"  fingerprint  {fingerprint(config)}"]
    return "\n".join(lines)


def _approval(source: str, config: Config) -> dict[str, object]:
    return {"ok": True, "source": source, "fingerprint": fingerprint(config), "problems": []}


def _refusal(source: str, error: ConfigError) -> dict[str, object]:
    problems = [
        {"key": problem.key, "line": problem.line, "value": problem.value, "expected": problem.expected}
        for problem in error.problems
    ]
    return {"ok": False, "source": source, "error": error.summary, "problems": problems}
