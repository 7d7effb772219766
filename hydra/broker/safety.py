"""Real money is refused before any order can exist: live ports, live accounts, other accounts. Pure checks.

No environment variable opens this door. `IBKR_PAPER_ACCOUNT_ID` can only narrow it.
"""

from __future__ import annotations

from collections.abc import Mapping

from hydra.errors import StartError

LIVE_PORTS = {4001: "IB Gateway", 7496: "TWS"}
PAPER_PREFIXES = ("DU", "DF")
EXPECTED_ACCOUNT = "IBKR_PAPER_ACCOUNT_ID"


class AccountRefused(StartError):
    """The port or the account is not the paper account we may trade; the process ends with exit code 3."""


def check_port(port: int) -> None:
    """Raises AccountRefused for the ports on which IB's programs offer a live account."""
    if port in LIVE_PORTS:
        raise AccountRefused(
            f"port {port} is the live port of {LIVE_PORTS[port]}; hydra trades paper accounts only "
            "(4002 for IB Gateway, 7497 for TWS)"
        )


def check_account(announced: tuple[str, ...], configured: str, environ: Mapping[str, str]) -> str:
    """The account to trade, out of those the gateway announces; raises AccountRefused.

    One live account among them makes the whole login live, so all must be paper accounts.
    """
    for account in announced:
        if not account.startswith(PAPER_PREFIXES):
            raise AccountRefused(
                f"the gateway announces account {account}, which is not a paper account "
                "(those begin with DU or DF); nothing was sent to it"
            )
    account = _chosen(announced, configured)
    expected = environ.get(EXPECTED_ACCOUNT, "")
    if expected and expected != account:
        raise AccountRefused(f"the account is {account}, but {EXPECTED_ACCOUNT} is {expected}")
    return account


def _chosen(announced: tuple[str, ...], configured: str) -> str:
    names = ", ".join(announced) or "none"
    if configured:
        if configured not in announced:
            raise AccountRefused(f"[broker] account is {configured}, but the gateway announces {names}")
        return configured
    if len(announced) != 1:
        raise AccountRefused(
            f"the gateway announces {len(announced)} accounts ({names}); say in [broker] account which one to trade"
        )
    return announced[0]
