"""`hydra artifacts` and `hydra report`: the daily reports on disk, and one made anew from the journal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
import msgspec

from hydra.cli.options import config_in_force, config_option
from hydra.errors import HydraError
from hydra.journal.reading import JournalReader
from hydra.reports.artifacts import artifact_days, paths_of, read_artifact
from hydra.reports.markdown import markdown
from hydra.reports.records import DailyReport
from hydra.reports.walk import report_of

DAY = click.DateTime(formats=["%Y-%m-%d"])
json_option = click.option("--json", "as_json", is_flag=True, help="End with one JSON object on the last line.")


@click.command("artifacts")
@config_option
@click.option("--day", type=DAY, help="Print the artifact of this session instead of the list.")
@json_option
def artifacts_command(config_path: Path | None, day: datetime | None, as_json: bool) -> None:
    """List the daily artifacts on disk, or read one back."""
    folder = config_in_force(config_path).journal.artifacts
    if day is not None:
        report = read_artifact(folder, day.date().isoformat())
        _show(report, as_json)
        return
    rows = [_row(folder, iso) for iso in artifact_days(folder)]
    if as_json:
        click.echo(msgspec.json.encode({"folder": str(folder), "artifacts": rows}))
        return
    for row in rows:
        click.echo(f"{row['day']}  {row['headline']}")
    if not rows:
        click.echo(f"There are no artifacts in {folder} yet; one is written a minute after each session's close.")


@click.command("report")
@config_option
@click.option("--day", type=DAY, required=True, help="The session.")
@json_option
def report_command(config_path: Path | None, day: datetime, as_json: bool) -> None:
    """Print the report of a session, made from the journal now."""
    path = config_in_force(config_path).journal.path
    with JournalReader(path) as reader:
        report = report_of(reader, day.date())
    if report is None:
        raise HydraError(f"The journal {path} has no session of {day.date().isoformat()}.")
    _show(report, as_json)


def _show(report: DailyReport, as_json: bool) -> None:
    click.echo(msgspec.json.encode(report) if as_json else markdown(report), nl=as_json)


def _row(folder: Path, day: str) -> dict[str, object]:
    report, paths = read_artifact(folder, day), paths_of(folder, day)
    return {
        "day": day,
        "headline": report.headline,
        "traded": report.traded,
        "losing": report.losing,
        "result": report.risk.result,
        "json": str(paths.json),
        "markdown": str(paths.markdown),
    }
