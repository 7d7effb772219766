"""`hydra artifacts` and `hydra report`, through the root command as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hydra.cli.root import root
from hydra.journal.reading import JournalReader
from hydra.reports.artifacts import write_artifact
from hydra.reports.markdown import markdown
from hydra.reports.records import DailyReport
from hydra.reports.walk import report_of
from tests.reports import pages as p
from tests.reports.disk import write_journal
from tests.reports.pages import MONDAY, Pages

NO_ENVIRONMENT = {"IB_GATEWAY_HOST": None, "IB_GATEWAY_PORT": None, "IBKR_PAPER_ACCOUNT_ID": None}
HEADLINE = "losing day, -55.15 USD (-0.06 %); 3 fills; 2 signals: 2 executed"


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DailyReport:
    """A folder with the journal of one session, where hydra is started; its report."""
    monkeypatch.chdir(tmp_path)
    monday = p.bought_and_sold(p.first_page(Pages())).add("17:00", p.compared())
    with JournalReader(write_journal(tmp_path / "logs" / "hydra.db", monday)) as reader:
        made = report_of(reader, MONDAY)
    assert made is not None
    return made


def hydra(*arguments: str) -> Result:
    return CliRunner().invoke(root, arguments, env=NO_ENVIRONMENT, prog_name="hydra")


def test_without_an_artifact_the_list_says_when_there_will_be_one(report: DailyReport) -> None:
    result = hydra("artifacts")
    assert (0, "There are no artifacts in logs/artifacts yet") == (result.exit_code, result.stdout[:44])


def test_the_list_has_one_line_a_session_with_its_verdict(report: DailyReport) -> None:
    write_artifact(Path("logs/artifacts"), report)
    result = hydra("artifacts")
    assert (0, f"2026-11-23  {HEADLINE}\n") == (result.exit_code, result.stdout)


def test_the_list_as_json_has_the_figures_and_the_files(report: DailyReport) -> None:
    write_artifact(Path("logs/artifacts"), report)
    expected = {
        "day": "2026-11-23",
        "headline": HEADLINE,
        "traded": True,
        "losing": True,
        "result": "-55.15",
        "json": "logs/artifacts/json/2026-11-23.json",
        "markdown": "logs/artifacts/markdown/2026-11-23.md",
    }
    assert {"folder": "logs/artifacts", "artifacts": [expected]} == json.loads(
        hydra("artifacts", "--json").stdout.splitlines()[-1]
    )


def test_an_artifact_is_read_back_as_its_page_and_as_json(report: DailyReport) -> None:
    paths = write_artifact(Path("logs/artifacts"), report)
    assert markdown(report) == hydra("artifacts", "--day", "2026-11-23").stdout
    shown = hydra("artifacts", "--day", "2026-11-23", "--json").stdout
    assert json.loads(paths.json.read_bytes()) == json.loads(shown.splitlines()[-1])


def test_a_report_is_made_from_the_journal_without_an_artifact(report: DailyReport) -> None:
    result = hydra("report", "--day", "2026-11-23")
    assert (0, markdown(report)) == (result.exit_code, result.stdout)
    assert not Path("logs/artifacts").exists()
    shown = json.loads(hydra("report", "--day", "2026-11-23", "--json").stdout.splitlines()[-1])
    assert HEADLINE == shown["headline"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("artifacts", "--day", "2026-11-23"), 1, "There is no artifact of 2026-11-23 in logs/artifacts."),
        (("report", "--day", "2026-11-24"), 1, "The journal logs/hydra.db has no session of 2026-11-24."),
        (("report", "--day", "yesterday"), 2, "'yesterday' does not match the format '%Y-%m-%d'"),
        (("report",), 2, "Missing option '--day'"),
    ],
)
def test_what_is_not_there_is_a_sentence(
    report: DailyReport, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    result = hydra(*arguments)
    assert code == result.exit_code
    assert sentence in result.stderr


def test_without_a_journal_a_report_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = hydra("report", "--day", "2026-11-23")
    assert (2, "error: There is no journal logs/hydra.db.\n") == (result.exit_code, result.stderr)
