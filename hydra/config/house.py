"""[supervision], [journal], [log] and [alerts]: how hydra itself is run and what it leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hydra.config.kinds import Count, FilePath, Seconds, Section, Text, at_least


class SupervisionConfig(Section):
    """Restarts, in real seconds. Beyond intensity, trading halts, orders are cancelled and hydra ends."""

    intensity: Count = Field(
        default=12, ge=0, le=100, description="Restarts of the six actors that are borne within period_s."
    )
    period_s: Seconds = Field(default=60.0, ge=1, le=3600, description="The window of intensity.")
    backoff_initial_s: Seconds = Field(
        default=0.1, ge=0.01, le=60, description="Wait before the first restart; doubles, with jitter."
    )
    backoff_max_s: Annotated[Seconds, at_least("backoff_initial_s")] = Field(
        default=2.0, ge=0.01, le=600,
        description="Longest wait before a restart; short enough that a crash loop exceeds intensity.",
    )
    strategy_restarts_max: Count = Field(
        default=5, ge=0, le=100,
        description="A strategy that crashes more often is given up, with an alert; the rest goes on.",
    )
    hang_s: Seconds = Field(
        default=30.0, ge=1, le=600,
        description="An actor that needs longer for one message is replaced; journal and broker end the "
        "process.",
    )
    shutdown_s: Seconds = Field(default=5.0, ge=0.1, le=120, description="Time an actor has to end in order.")
    crashed_runs_max: Count = Field(
        default=3, ge=1, le=100,
        description="More runs than this within an hour without an orderly end, and the next starts "
        "HALTED.",
    )


class JournalConfig(Section):
    """The truth: every signal, decision, order and fill. Paths are relative to where hydra is started."""

    path: FilePath = Field(
        default=Path("logs/hydra.db"),
        description="SQLite file; one running hydra per file. Back it up, never edit it.",
    )
    artifacts: FilePath = Field(
        default=Path("logs/artifacts"), description="Folder of the daily reports (JSON and Markdown)."
    )


class LogConfig(Section):
    """The text log, for people; nothing reads it."""

    path: FilePath = Field(default=Path("logs/hydra.log"), description="Log file.")
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least that is written."
    )
    rotation_mb: Count = Field(
        default=20, ge=1, le=1000, description="A new file begins at this size, in megabytes."
    )
    files_kept: Count = Field(
        default=10, ge=1, le=1000,
        description="Older files kept; together with rotation_mb it bounds the disk.",
    )


class AlertsConfig(Section):
    """Alerts go to the journal, to stderr and to hydra status; and, if you say how, to you."""

    command: Text = Field(
        default="",
        description="Program run once per alert with the alert's text as its last argument, e.g. "
        '"/usr/local/bin/page-me"; "" runs none.',
    )
