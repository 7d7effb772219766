"""Tests of hydra/broker/safety.py."""

from __future__ import annotations

import pytest

from hydra.broker.safety import AccountRefused, check_account, check_port
from hydra.errors import ExitCode

OPEN_DOOR = {"HYDRA_LIVE_CONFIRMED": "true", "PAPER_TRADING": "false"}


@pytest.mark.parametrize("port", [4001, 7496])
def test_live_ports_are_refused(port: int) -> None:
    with pytest.raises(AccountRefused, match=f"port {port} is the live port"):
        check_port(port)


@pytest.mark.parametrize("port", [4002, 7497, 4003, 55555])
def test_other_ports_are_allowed(port: int) -> None:
    check_port(port)


@pytest.mark.parametrize(
    ("announced", "configured", "environ", "chosen"),
    [
        (("DU1",), "", {}, "DU1"),
        (("DF1",), "", {}, "DF1"),
        (("DU1",), "DU1", {}, "DU1"),
        (("DU1", "DU2"), "DU2", {}, "DU2"),
        (("DU1",), "", {"IBKR_PAPER_ACCOUNT_ID": "DU1"}, "DU1"),
        (("DU1",), "", {"IBKR_PAPER_ACCOUNT_ID": ""}, "DU1"),
    ],
)
def test_a_paper_account_is_taken(
    announced: tuple[str, ...], configured: str, environ: dict[str, str], chosen: str
) -> None:
    assert check_account(announced, configured, environ) == chosen


@pytest.mark.parametrize(
    ("announced", "configured", "environ", "why"),
    [
        (("U1234567",), "", {}, "U1234567, which is not a paper account"),
        (("U1234567",), "U1234567", OPEN_DOOR, "U1234567, which is not a paper account"),
        (("U1234567",), "U1234567", {"IBKR_PAPER_ACCOUNT_ID": "U1234567"}, "not a paper account"),
        (("DU1", "U2"), "DU1", {}, "U2, which is not a paper account"),
        (("DU1",), "DU2", {}, "account is DU2, but the gateway announces DU1"),
        (("DU1", "DU2"), "", {}, "announces 2 accounts \\(DU1, DU2\\)"),
        ((), "", {}, "announces 0 accounts \\(none\\)"),
        (("DU1",), "", {"IBKR_PAPER_ACCOUNT_ID": "DU2"}, "account is DU1, but IBKR_PAPER_ACCOUNT_ID is DU2"),
    ],
)
def test_any_other_account_is_refused_whatever_the_environment_says(
    announced: tuple[str, ...], configured: str, environ: dict[str, str], why: str
) -> None:
    with pytest.raises(AccountRefused, match=why) as refused:
        check_account(announced, configured, environ)
    assert refused.value.exit_code is ExitCode.NOT_STARTED
