"""Reading supervisor.toml: what is accepted, and that each mistake is told with key, line, value, wish."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from hydra.config import Config, apply_environment, load_config
from hydra.config.sources import parse_config
from hydra.errors import ConfigError, ConfigProblem, ExitCode

SHIPPED = Path(__file__).parents[2] / "supervisor.toml"

WRONG = """\
[broker]
port = "4002"
clientid = 3
heartbeat_s = nan
backoff_initial_s = 50
backoff_max_s = 40
quantity_max = 3
foreign_positions = "keep"
[risk]
notional_max = true
collar_fraction = 0.0
[routing]
patience_steps_s = [
  60,
  "x",
]
[gateway]
day = 2012-06-04T10:00:00
seed = 1.5
[calendar]
maintenance_start = "25:00"
[nonsense]
[[strategy]]
name = "a"
[[strategy]]
name = "B"
class = "a.b:C"
symbols = ["ibm", "IBM"]
[strategy.params]
window = [1]
"""


def problem(key: str, line: int | None, value: str, expected: str) -> ConfigProblem:
    return ConfigProblem(key=key, line=line, value=value, expected=expected)


def problems_of(text: str) -> tuple[ConfigProblem, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, name="f.toml")
    return caught.value.problems


def test_every_mistake_is_told_at_once_with_key_line_value_and_expectation() -> None:
    trading = "broker, gateway, calendar, risk, routing, exit, monitor"
    sections = f"{trading}, supervision, journal, log, alerts, strategy"
    symbol = 'a symbol in capitals, such as "IBM"'
    expected = (
        problem("broker.port", 2, '"4002"', "a whole number from 1 to 65535"),
        problem("broker.clientid", 3, "3", "a key that exists, perhaps client_id"),
        problem("broker.heartbeat_s", 4, "nan", "a number of seconds from 1 to 300"),
        problem("broker.backoff_max_s", 6, "40", "at least backoff_initial_s (50)"),
        problem("broker.quantity_max", 7, "3", "it under [risk]"),
        problem("broker.foreign_positions", 8, '"keep"', 'one of "ignore", "adopt", "pause"'),
        problem("risk.notional_max", 10, "true", "an amount of money above 0, at most 1000000000"),
        problem("risk.collar_fraction", 11, "0.0", "a fraction (0.01 is 1 %) above 0, at most 0.5"),
        problem("routing.patience_steps_s[1]", 13, '"x"', "a number of seconds"),
        problem("gateway.day", 18, "2012-06-04T10:00:00", "a date such as 2012-06-04, without quotes"),
        problem("gateway.seed", 19, "1.5", "a whole number from 0 to 9223372036854775807"),
        problem("calendar.maintenance_start", 21, '"25:00"', 'a time of day in quotes, such as "23:40"'),
        problem("nonsense", 22, "{}", f"one of {sections}"),
        problem("strategy[0].class", 23, "(missing)", 'a class as "package.module:Class"'),
        problem("strategy[0].symbols", 23, "(missing)", f"a list, 1 to 100 entries, each {symbol}"),
        problem("strategy[1].name", 26, '"B"', "at most 32 small letters, digits and dashes, in quotes"),
        problem("strategy[1].symbols[0]", 28, '"ibm"', symbol),
        problem("strategy[1].params.window", 30, "[1]", "a table of numbers, texts, true and false"),
    )
    assert expected == problems_of(WRONG)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("risk = 5\n", problem("risk", 1, "5", "a table, begun by [risk]")),
        ("\n[[risk]]\n", problem("risk", 2, "[{}]", "a table, begun by [risk]")),
        ("[strategy]\n", problem("strategy", 1, "{}", "tables, each begun by [[strategy]]")),
        ("[alerts]\ncommand = 5\n", problem("alerts.command", 2, "5", "text in quotes")),
        ("[gateway]\nembedded = 1\n", problem("gateway.embedded", 2, "1", "true or false")),
        ('[gateway]\npath = ""\n', problem("gateway.path", 2, '""', "a path in quotes")),
        (
            "[routing]\npatience_steps_s = [1, 0]\n",
            problem("routing.patience_steps_s", 2, "[1, 0]", "seconds above 0 in every place of the list"),
        ),
        (
            "[supervision]\nbackoff_initial_s = 20\n",
            problem("supervision.backoff_max_s", 1, "2.0", "at least backoff_initial_s (20)"),
        ),
    ],
)
def test_a_mistake_of_shape_or_between_keys_names_what_to_write(text: str, expected: ConfigProblem) -> None:
    assert (expected,) == problems_of(text)


def test_a_long_wrong_value_is_shortened() -> None:
    (found,) = problems_of(f'[broker]\nport = "{"9" * 200}"\n')
    assert 80 == len(found.value)


@pytest.mark.parametrize("duplicate", ["name", "symbol"])
def test_names_and_symbols_are_given_once(duplicate: str) -> None:
    second = "a" if duplicate == "name" else "b"
    symbols = '"IBM", "IBM"' if duplicate == "symbol" else '"IBM"'
    blocks = [
        f'[[strategy]]\nname = "{name}"\nclass = "m:C"\nsymbols = [{symbols}]\n' for name in ("a", second)
    ]
    expected = {"name": "a different name for each strategy", "symbol": "each symbol once"}[duplicate]
    assert expected == problems_of("".join(blocks))[0].expected


def test_broken_toml_names_line_and_column() -> None:
    told = "TOML; the reader says: Expected '=' after a key in a key/value pair at column 6"
    assert (problem("", 2, "port 4002", told),) == problems_of("[broker]\nport 4002\n")


def test_broken_toml_without_a_position_names_the_last_line() -> None:
    (found,) = problems_of("[broker]\nport = [")
    assert (2, "port = [") == (found.line, found.value)


def test_values_arrive_in_their_own_types() -> None:
    text = (
        "[risk]\nnotional_max = 12400\ncollar_fraction = 0.015\nquote_stale_s = 5\n"
        '[gateway]\nday = 2012-06-05\n[calendar]\nmaintenance_start = "22:30"\n'
        '[[strategy]]\nname = "own"\nclass = "my.own:Idea"\nsymbols = ["BRK B"]\n'
        "params = { z = 1.20, on = true, n = 3 }\n"
    )
    config = parse_config(text, name="f.toml")
    risk = config.risk
    expected = (Decimal(12400), Decimal("0.015"), 5.0)
    assert expected == (risk.notional_max, risk.collar_fraction, risk.quote_stale_s)
    assert (date(2012, 6, 5), time(22, 30)) == (config.gateway.day, config.calendar.maintenance_start)
    (strategy,) = config.strategies
    assert ("my.own:Idea", ("BRK B",)) == (strategy.class_path, strategy.symbols)
    assert {"z": Decimal("1.2"), "on": True, "n": 3} == dict(strategy.params)


def test_the_shipped_file_equals_the_built_in_defaults() -> None:
    assert Config() == load_config(SHIPPED)


def test_without_a_path_the_file_of_the_folder_is_read_if_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Config() == load_config(None)
    (tmp_path / "supervisor.toml").write_text("[broker]\nclient_id = 8\n")
    assert 8 == load_config(None).broker.client_id


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_bytes(b"\xef\xbb\xbf[broker]\r\nclient_id = 8\r\n")
    assert 8 == load_config(file).broker.client_id


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"# caf\xe9\n")
    expected = {
        tmp_path / "none.toml": f"There is no configuration file {tmp_path / 'none.toml'}.",
        tmp_path: f"The configuration file {tmp_path} cannot be read: Is a directory.",
        latin: f"The configuration file {latin} is not UTF-8 text (byte 5).",
    }
    told = {}
    for path in expected:
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        told[path] = str(caught.value)
        assert ExitCode.USAGE == caught.value.exit_code
    assert expected == told


def test_the_environment_points_to_a_gateway_that_runs_already() -> None:
    environ = {"IB_GATEWAY_HOST": " gw.lan ", "IB_GATEWAY_PORT": "7497", "IBKR_PAPER_ACCOUNT_ID": "DU7654321"}
    config = apply_environment(Config(), environ)
    broker = config.broker
    assert ("gw.lan", 7497, "DU7654321") == (broker.host, broker.port, broker.account)
    assert not config.gateway.embedded


def test_an_empty_environment_changes_nothing() -> None:
    environ = {"IB_GATEWAY_HOST": "", "IB_GATEWAY_PORT": " ", "PATH": "/bin"}
    assert Config() == apply_environment(Config(), environ)


def test_an_account_alone_leaves_the_embedded_gateway_on() -> None:
    assert apply_environment(Config(), {"IBKR_PAPER_ACCOUNT_ID": "DU7654321"}).gateway.embedded


def test_every_variable_that_cannot_be_used_is_told() -> None:
    configured = parse_config('[broker]\naccount = "DU1111111"\n', name="f.toml")
    environ = {"IB_GATEWAY_HOST": "a b", "IB_GATEWAY_PORT": "70000", "IBKR_PAPER_ACCOUNT_ID": "DU2222222"}
    with pytest.raises(ConfigError) as caught:
        apply_environment(configured, environ)
    expected = (
        problem(
            "IBKR_PAPER_ACCOUNT_ID", None, "DU2222222", 'the configured account, broker.account = "DU1111111"'
        ),
        problem("IB_GATEWAY_HOST", None, "a b", "a host name or address in quotes"),
        problem("IB_GATEWAY_PORT", None, "70000", "a whole number from 1 to 65535"),
    )
    assert expected == caught.value.problems


@pytest.mark.parametrize("port", ["4002.0", "x", "-1", "٤٠٠٢", "0"])
def test_a_port_that_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(ConfigError, match="IB_GATEWAY_PORT"):
        apply_environment(Config(), {"IB_GATEWAY_PORT": port})
