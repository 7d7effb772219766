"""The ReporterActor: one minute after each session's close it writes the day's artifact from the journal. It never trades.

It keeps no list of what is to be done: what the journal has events of and the disk has no artifact of is written, be it
the session that just ended or those that ended while hydra was down.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hydra.journal.reading import JournalReader
from hydra.messages.commands import WorkDue
from hydra.messages.decisions import AlertRaised, ArtifactWritten
from hydra.reports.artifacts import paths_of, write_artifact
from hydra.reports.records import DailyReport
from hydra.reports.walk import BEGINNING, next_report, recorded_days
from hydra.reports.windows import session_reporting
from hydra.runtime.actor import Context, StopReason
from hydra.runtime.message import Message
from hydra.runtime.timers import Timer
from hydra.supervisor.plans import Plans
from hydra.supervisor.syncing import SyncingActor

SESSION_CUT = "the report of a session is due"
NEXT_REPORT = "look at the next session of the journal"
RETRY_S = 60.0


class ReporterActor(SyncingActor):
    """Synchronising with the journal tells it that everything recorded before a session's cut is on disk."""

    def __init__(self, context: Context, plans: Plans) -> None:
        super().__init__(context)
        self.journal_path: Path = plans.around.journal_path
        self.artifacts_path: Path = plans.around.artifacts_path
        self.reader: JournalReader | None = None
        self.walked = BEGINNING
        self.complete_until: datetime = context.clock.now()
        self.complained_about = ""
        self.timer: Timer | None = None

    def is_fresh(self) -> bool:
        """Nothing of mine is ever at the broker."""
        return True

    def came_alive(self) -> None:
        self._look_further()

    def handle(self, message: Message) -> None:
        match message:
            case WorkDue(what=what) if what == SESSION_CUT:
                self._begin_sync()
            case WorkDue(what=what) if what == NEXT_REPORT:
                self._look_further()
            case _:
                super().handle(message)

    def on_stop(self, reason: StopReason) -> None:
        if self.reader is not None:
            self.reader.close()

    def _begin_sync(self) -> None:
        """What the journal answers was asked now, so it has committed everything that it stamped before now."""
        self.complete_until = self.context.clock.now()
        super()._begin_sync()

    def _look_further(self) -> None:
        """One session a message, so that a long journal is no long silence. At its end, wait for the next cut."""
        reader = self._open()
        step = next_report(reader, self.walked, self.complete_until)
        if step is None:
            cut_at = session_reporting(self.complete_until).cut_at
            self._await(self.context.at(cut_at, WorkDue(what=SESSION_CUT)))
            return
        report, walked = step
        there = paths_of(self.artifacts_path, report.day.isoformat()).are_there
        try:
            if not there or report.day not in recorded_days(reader):
                self._write(report)
        except OSError as error:
            self._complain(report, error)
            self._await(self.context.after(RETRY_S, WorkDue(what=NEXT_REPORT)))
            return
        self.walked = walked
        self._await(self.context.after(0.0, WorkDue(what=NEXT_REPORT)))

    def _write(self, report: DailyReport) -> None:
        """An artifact on disk that the journal was not told of is written again, to the same bytes."""
        markdown = write_artifact(self.artifacts_path, report).markdown
        path = markdown.relative_to(self.artifacts_path)
        self.context.tell("journal", ArtifactWritten(day=report.day, path=path.as_posix()))

    def _complain(self, report: DailyReport, error: OSError) -> None:
        """Once a session: a full disk is no reason to die and take the strategies beside me down."""
        about = report.day.isoformat()
        if about == self.complained_about:
            return
        self.complained_about = about
        text = f"the artifact of {about} cannot be written, it is tried again every {RETRY_S:g} s: {error}"
        self.context.tell("journal", AlertRaised(kind="artifact", about=about, severity="critical", text=text))

    def _await(self, timer: Timer) -> None:
        """One timer at a time, however often the journal restarts."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = timer

    def _open(self) -> JournalReader:
        """Not before the journal has answered: on a first start there is no file until it has begun."""
        if self.reader is None:
            self.reader = JournalReader(self.journal_path)
        return self.reader
