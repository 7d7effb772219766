"""Where the configuration comes from: a TOML file or the built-in one, then the environment as a mapping.

A mistake never passes in silence: all of them are told at once. Nothing is remembered between calls.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from hydra.config.lines import key_lines
from hydra.config.link import BrokerConfig, GatewayConfig
from hydra.config.problems import config_problems, expected_of
from hydra.config.toml import toml_value
from hydra.config.whole import Config
from hydra.errors import ConfigError, ConfigProblem

DEFAULT_PATH = Path("supervisor.toml")
VARIABLES = {"host": "IB_GATEWAY_HOST", "port": "IB_GATEWAY_PORT", "account": "IBKR_PAPER_ACCOUNT_ID"}

_POSITION = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL)


def load_config(path: Path | None) -> Config:
    """The configuration in `path`; with None, in ./supervisor.toml where there is one, else the built-in one.

    Raises ConfigError: the file is missing or unreadable, is not TOML, or holds mistakes, all of them named.
    """
    if path is None:
        return load_config(DEFAULT_PATH) if DEFAULT_PATH.exists() else Config()
    return parse_config(_read(path), name=str(path))


def parse_config(text: str, *, name: str) -> Config:
    """The configuration written in `text`; `name` is what error messages call the file."""
    try:
        return Config.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not TOML:", (_syntax_problem(text, str(error)),)) from error
    except ValidationError as error:
        problems = config_problems(error, key_lines(text))
        mistakes = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise ConfigError(f"{name} has {mistakes}:", problems) from error


def apply_environment(config: Config, environ: Mapping[str, str]) -> Config:
    """`config` with IB_GATEWAY_HOST, IB_GATEWAY_PORT, IBKR_PAPER_ACCOUNT_ID applied; empty counts as unset.

    A host or a port means a gateway that runs already, so the embedded one is switched off. Whether port and
    account are paper is judged when hydra starts. Raises ConfigError for every variable that cannot be used.
    """
    given = {key: environ.get(variable, "").strip() for key, variable in VARIABLES.items()}
    changes: dict[str, object] = {key: text for key, text in given.items() if text}
    if given["port"].isascii() and given["port"].isdigit():
        changes["port"] = int(given["port"])
    embedded = config.gateway.embedded and not (given["host"] or given["port"])
    return config.model_copy(
        update={
            "broker": _changed_broker(config.broker, changes),
            "gateway": GatewayConfig.model_validate({**config.gateway.model_dump(), "embedded": embedded}),
        }
    )


def _changed_broker(broker: BrokerConfig, changes: Mapping[str, object]) -> BrokerConfig:
    account = changes.get("account", broker.account)
    problems = []
    if broker.account and account != broker.account:
        expected = f"the configured account, broker.account = {toml_value(broker.account)}"
        problems.append(_variable_problem("account", account, expected))
    try:
        changed = BrokerConfig.model_validate({**broker.model_dump(), **changes})
    except ValidationError as error:
        keys = [str(details["loc"][0]) for details in error.errors()]
        problems += [_variable_problem(key, changes[key], expected_of(("broker", key))) for key in keys]
    if problems:
        raise ConfigError("The environment cannot be used:", tuple(problems))
    return changed


def _variable_problem(key: str, value: object, expected: str) -> ConfigProblem:
    return ConfigProblem(key=VARIABLES[key], line=None, value=str(value), expected=expected)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"There is no configuration file {path}.") from error
    except OSError as error:
        raise ConfigError(f"The configuration file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The configuration file {path} is not UTF-8 text (byte {error.start}).") from error


def _syntax_problem(text: str, message: str) -> ConfigProblem:
    lines = text.split("\n")
    position = _POSITION.fullmatch(message)
    what = position["what"] if position else message
    line = int(position["line"]) if position else len(lines)
    column = f" at column {position['column']}" if position else ""
    expected = f"TOML; the reader says: {what}{column}"
    return ConfigProblem(key="", line=line, value=lines[line - 1].strip(), expected=expected)
