"""The files: whole or not there, the same bytes for the same report, read back equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from hydra.errors import HydraError
from hydra.reports.artifacts import ArtifactDamaged, artifact_days, paths_of, read_artifact, write_artifact
from hydra.reports.daily import daily_report
from hydra.reports.records import DailyReport
from hydra.reports.valuation import NOTHING_CARRIED
from hydra.reports.windows import next_window
from tests.reports import pages as p
from tests.reports.pages import Pages, ny

DAY = "2026-11-23"


@pytest.fixture(scope="module")
def report() -> DailyReport:
    pages = p.troubled(p.bought_and_sold(p.first_page(Pages())))
    window = next_window(pages.events, ny("16:01"))
    assert window is not None
    return daily_report(window, NOTHING_CARRIED)[0]


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_an_artifact_is_read_back_equal_to_its_report(report: DailyReport, tmp_path: Path) -> None:
    write_artifact(tmp_path, report)
    assert report == read_artifact(tmp_path, DAY)


def test_writing_again_leaves_the_same_bytes_and_nothing_else(report: DailyReport, tmp_path: Path) -> None:
    write_artifact(tmp_path, report)
    first = content(tmp_path)
    write_artifact(tmp_path, report)
    assert first == content(tmp_path)
    assert [f"json/{DAY}.json", f"markdown/{DAY}.md"] == list(first)


def test_a_write_that_fails_leaves_the_old_artifact(report: DailyReport, tmp_path: Path) -> None:
    paths = write_artifact(tmp_path, report)
    old = content(tmp_path)
    in_the_way = paths.markdown.with_name(f"{DAY}.md.new")
    in_the_way.mkdir()
    with pytest.raises(IsADirectoryError):
        write_artifact(tmp_path, report)
    assert old == content(tmp_path)


def test_a_file_half_written_by_a_process_that_died_is_no_artifact(report: DailyReport, tmp_path: Path) -> None:
    half = paths_of(tmp_path, DAY).json.with_name(f"{DAY}.json.new")
    half.parent.mkdir(parents=True)
    half.write_bytes(b"{")
    assert () == artifact_days(tmp_path)
    assert paths_of(tmp_path, DAY).are_there is False
    write_artifact(tmp_path, report)
    assert (DAY,) == artifact_days(tmp_path)
    assert paths_of(tmp_path, DAY).are_there


def test_only_both_files_together_are_an_artifact(report: DailyReport, tmp_path: Path) -> None:
    write_artifact(tmp_path, report).markdown.unlink()
    assert paths_of(tmp_path, DAY).are_there is False


def test_other_files_in_the_folder_are_no_days(report: DailyReport, tmp_path: Path) -> None:
    write_artifact(tmp_path, report)
    for name in ("notes.json", "20261124.json", "2026-11-25.txt"):
        (tmp_path / "json" / name).touch()
    assert (DAY,) == artifact_days(tmp_path)


def test_a_missing_and_a_broken_artifact_are_told_apart(report: DailyReport, tmp_path: Path) -> None:
    with pytest.raises(HydraError, match=f"There is no artifact of {DAY}"):
        read_artifact(tmp_path, DAY)
    write_artifact(tmp_path, report).json.write_text('{"day": 5}')
    with pytest.raises(ArtifactDamaged, match="is not what hydra wrote"):
        read_artifact(tmp_path, DAY)
