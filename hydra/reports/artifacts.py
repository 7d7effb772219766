"""The files of the daily reports: `json/YYYY-MM-DD.json` and `markdown/YYYY-MM-DD.md` below one folder.

A file appears whole or not at all, and is durable before anybody says that it is there. It never reads a journal.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from hydra.errors import HydraError
from hydra.reports.markdown import markdown
from hydra.reports.records import DailyReport

_NEW_SUFFIX = ".new"


class ArtifactDamaged(HydraError):
    """An artifact on disk is not what hydra wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactPaths:
    """The two files of one session."""

    json: Path
    markdown: Path

    @property
    def are_there(self) -> bool:
        """Whether both are on disk."""
        return self.json.is_file() and self.markdown.is_file()


def paths_of(folder: Path, day: str) -> ArtifactPaths:
    """Where the artifact of a session (ISO day) lies, whether it is there or not."""
    return ArtifactPaths(json=folder / "json" / f"{day}.json", markdown=folder / "markdown" / f"{day}.md")


def write_artifact(folder: Path, report: DailyReport) -> ArtifactPaths:
    """Write both files, replacing older ones; the same report gives the same bytes. Raises OSError."""
    paths = paths_of(folder, report.day.isoformat())
    _write(paths.markdown, markdown(report).encode())
    _write(paths.json, report_json(report))
    return paths


def report_json(report: DailyReport) -> bytes:
    """Indented JSON: decimals as strings, instants as ISO 8601 in UTC."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def artifact_days(folder: Path) -> tuple[str, ...]:
    """The ISO days of all artifacts whose JSON is on disk, oldest first."""
    found = (path.stem for path in (folder / "json").glob("*.json"))
    return tuple(sorted(day for day in found if _is_day(day)))


def read_artifact(folder: Path, day: str) -> DailyReport:
    """The artifact of a session, read back. Raises HydraError when there is none, ArtifactDamaged when it is broken."""
    path = paths_of(folder, day).json
    try:
        return msgspec.json.decode(path.read_bytes(), type=DailyReport)
    except FileNotFoundError:
        raise HydraError(f"There is no artifact of {day} in {folder}.") from None
    except msgspec.MsgspecError as error:
        raise ArtifactDamaged(f"The artifact {path} is not what hydra wrote: {error}.") from error


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _write(path: Path, content: bytes) -> None:
    """Beside the old file, durable, then in its place: a crash leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}{_NEW_SUFFIX}")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
