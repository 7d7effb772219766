"""The ReporterActor beside the real JournalActor in a virtual world: every session that ends gets its artifact, whatever
happened in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from hydra.config import Config
from hydra.core.instants import after_s, seconds_between
from hydra.journal.reading import JournalReader
from hydra.messages.base import Event
from hydra.messages.decisions import AlertRaised, ArtifactWritten
from hydra.reports.artifacts import artifact_days, read_artifact
from hydra.reports.walk import report_of
from hydra.runtime.spec import ChildSpec, Strategy, SupervisorSpec
from hydra.runtime.virtual import VirtualWorld
from hydra.supervisor.journal import JournalActor
from hydra.supervisor.plans import Surroundings, plans_of
from hydra.supervisor.reporter import RETRY_S, ReporterActor
from tests.reports import pages as p
from tests.reports.disk import write_journal
from tests.reports.pages import HALF_DAY, MONDAY, D, Pages, ny

TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


class Place:
    """A folder with a journal and artifacts, and the worlds that live in it one after another."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "hydra.db"
        self.artifacts = folder / "artifacts"

    @contextmanager
    def world(self, start_at: datetime) -> Iterator[VirtualWorld]:
        """A process that writes the journal and its reports, from this instant of market time on."""
        around = Surroundings(
            journal_path=self.journal, artifacts_path=self.artifacts, pid=7, speed=1.0, write_line=print
        )
        plans = plans_of(Config(), around)
        wiring = replace(plans.wiring, syncing=("reporter",), alerts=())
        world = VirtualWorld(seed=1, start_at=start_at, on_fatal=pytest.fail, on_escalation=pytest.fail)
        children = (
            ChildSpec(
                name="journal", build=lambda context: JournalActor(context, plans.journal, wiring), why="records"
            ),
            ChildSpec(name="reporter", build=lambda context: ReporterActor(context, plans), why="reports"),
        )
        try:
            world.start(SupervisorSpec(name="root", strategy=Strategy.ONE_FOR_ONE, children=children, why="a test"))
            yield world
        finally:
            world.stop()

    def told(self, kind: type[Event]) -> list[Event]:
        with JournalReader(self.journal) as reader:
            return [stored.event for stored in reader.events(kind=kind.__name__)]

    def days(self) -> list[str]:
        return list(artifact_days(self.artifacts))

    def content(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in sorted(self.artifacts.rglob("*.*"))}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def live_until(world: VirtualWorld, instant: datetime) -> None:
    world.run_for(seconds_between(world.clock.now(), instant))


def a_day_of_trades(place: Place) -> Path:
    return write_journal(place.journal, p.bought_and_sold(p.first_page(Pages())))


def test_one_minute_after_the_close_the_artifact_is_there_and_the_journal_says_so(place: Place) -> None:
    with place.world(ny("15:00")) as world:
        live_until(world, after_s(ny("16:01"), -0.001))
        assert [] == place.days()
        live_until(world, ny("16:01:05"))
        assert ["2026-11-23"] == place.days()
    assert [ArtifactWritten(day=MONDAY, path=f"markdown/{MONDAY.isoformat()}.md")] == place.told(ArtifactWritten)


def test_a_half_day_is_reported_after_its_own_close(place: Place) -> None:
    with place.world(ny("12:00", HALF_DAY)) as world:
        live_until(world, ny("13:01:05", HALF_DAY))
        assert ["2026-11-27"] == place.days()
    assert read_artifact(place.artifacts, "2026-11-27").session.half_day


def test_what_was_recorded_up_to_the_last_moment_before_the_cut_is_in_the_artifact(place: Place) -> None:
    with place.world(ny("15:00")) as world:
        live_until(world, after_s(ny("16:01"), -0.001))
        world.tell("journal", AlertRaised(kind="last", about="x", severity="info", text="just in time"))
        live_until(world, ny("16:01:05"))
        world.tell("journal", AlertRaised(kind="next", about="x", severity="info", text="too late"))
        world.run_for(1.0)
    report = read_artifact(place.artifacts, "2026-11-23")
    assert ["just in time"] == [alert.text for alert in report.health.alerts]


def test_the_artifact_is_what_the_journal_says_for_ever(place: Place) -> None:
    a_day_of_trades(place)
    with place.world(ny("15:00")) as world:
        live_until(world, ny("16:05"))
        world.tell("journal", AlertRaised(kind="later", about="x", severity="info", text="after the cut"))
        live_until(world, ny("18:00"))
    with JournalReader(place.journal) as reader:
        assert report_of(reader, MONDAY) == read_artifact(place.artifacts, "2026-11-23")


def test_a_session_that_ended_while_hydra_was_down_is_reported_by_the_next_start(place: Place) -> None:
    a_day_of_trades(place)
    tuesday = Pages(TUESDAY).add("10:00", p.compared())
    write_journal(place.journal, tuesday)
    with place.world(ny("09:00", WEDNESDAY)) as world:
        world.run_for(5.0)
        assert ["2026-11-23", "2026-11-24"] == place.days()
    assert [MONDAY, TUESDAY] == [event.day for event in place.told(ArtifactWritten)]  # type: ignore[attr-defined]
    assert D("-26.70") == read_artifact(place.artifacts, "2026-11-23").risk.realized


def test_a_start_writes_only_what_is_missing_and_the_same_bytes(place: Place) -> None:
    a_day_of_trades(place)
    write_journal(place.journal, Pages(TUESDAY).add("10:00", p.compared()))
    with place.world(ny("09:00", WEDNESDAY)) as world:
        world.run_for(5.0)
    first = place.content()
    (place.artifacts / "json" / "2026-11-24.json").unlink()
    with place.world(ny("09:30", WEDNESDAY)) as world:
        world.run_for(5.0)
    assert first == place.content()
    days = [event.day for event in place.told(ArtifactWritten)]  # type: ignore[attr-defined]
    assert [MONDAY, TUESDAY, TUESDAY] == days


def test_an_artifact_that_the_journal_was_not_told_of_is_told(place: Place) -> None:
    a_day_of_trades(place)
    with place.world(ny("09:00", TUESDAY)) as world:
        world.run_for(5.0)
    first = place.content()
    lost = Place(place.artifacts.parent / "restored")
    lost.journal.parent.mkdir()
    a_day_of_trades(lost)
    lost.artifacts = place.artifacts
    with lost.world(ny("09:00", TUESDAY)) as world:
        world.run_for(5.0)
    assert first == place.content()
    assert 1 == len(lost.told(ArtifactWritten))


def test_session_after_session_is_reported_without_a_restart(place: Place) -> None:
    with place.world(ny("15:00")) as world:
        live_until(world, ny("10:00", TUESDAY))
        world.tell("journal", AlertRaised(kind="x", about="x", severity="info", text="on tuesday"))
        live_until(world, ny("17:00", WEDNESDAY))
    # nothing at all was recorded on Wednesday
    assert ["2026-11-23", "2026-11-24"] == place.days()


@pytest.mark.parametrize("name", ["reporter", "journal"])
def test_a_death_at_the_close_costs_no_artifact(place: Place, name: str) -> None:
    with place.world(ny("15:00")) as world:
        live_until(world, ny("16:01"))
        assert world.kill(name, "a test")
        world.run_for(30.0)
        assert ["2026-11-23"] == place.days()
    assert 1 == len(place.told(ArtifactWritten))


def test_a_folder_that_cannot_be_written_is_an_alert_and_tried_again(place: Place) -> None:
    place.artifacts.write_text("a file lies where the folder should be")
    with place.world(ny("15:00")) as world:
        live_until(world, after_s(ny("16:01"), 3 * RETRY_S))
        (alert,) = place.told(AlertRaised)
        assert isinstance(alert, AlertRaised)
        assert ("artifact", "2026-11-23", "critical") == (alert.kind, alert.about, alert.severity)
        place.artifacts.unlink()
        world.run_for(2 * RETRY_S)
        assert ["2026-11-23"] == place.days()
        assert 1 == {actor.name: actor.incarnation for actor in world.actors()}["reporter"]
