"""`hydra journal`: is it whole, what was written last, a copy of it, and back. It changes no event of any journal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from hydra.config import apply_environment, load_config
from hydra.core.instants import NEW_YORK, wall
from hydra.errors import ExitCode
from hydra.journal.backup import backup as copy_journal
from hydra.journal.backup import restore as restore_journal
from hydra.journal.codec import encode
from hydra.journal.prose import sentence_of
from hydra.journal.reading import ROWS_MAX, JournalReader
from hydra.journal.rows import StoredEvent
from hydra.journal.verify import Damaged, Verified
from hydra.journal.verify import verify as verify_journal

_path_option = click.option(
    "--journal",
    "path",
    type=click.Path(path_type=Path),
    help="The journal to read instead of the configured one.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="End with one JSON object on the last line.")


@click.group("journal")
def journal_command() -> None:
    """Check the journal, read its end, or copy it, also while hydra writes it; put a copy back."""


@journal_command.command()
@_path_option
@_json_option
def verify(path: Path | None, as_json: bool) -> None:
    """Read all of it: every number, hash, kind and body. Exit 1 names the first event that cannot be trusted."""
    path = path or _configured_path()
    found = verify_journal(path)
    if isinstance(found, Damaged):
        click.echo(f"error: {found.text}", err=True)
    else:
        click.echo(_approval(path, found))
    if as_json:
        click.echo(json.dumps(_verdict(path, found)))
    if isinstance(found, Damaged):
        click.get_current_context().exit(ExitCode.VIOLATED)


@journal_command.command()
@_path_option
@_json_option
@click.option("-n", "count", type=click.IntRange(1, ROWS_MAX), default=40, show_default=True, help="How many events.")
@click.option("--kind", help="Only this kind of event, such as OrderIntended.")
@click.option("--subject", help="Only events about this: an order_ref, a signal_id, an actor, a symbol.")
def tail(path: Path | None, as_json: bool, count: int, kind: str | None, subject: str | None) -> None:
    """The last events, oldest first, in New York time, each as a sentence."""
    with JournalReader(path or _configured_path()) as reader:
        events = reader.tail(count, kind=kind, subject=subject)
    for stored in events:
        click.echo(_line(stored))
    if as_json:
        click.echo(json.dumps({"events": [_record(stored) for stored in events]}))


@journal_command.command()
@click.argument("target", type=click.Path(path_type=Path))
@_path_option
@_json_option
def backup(target: Path, path: Path | None, as_json: bool) -> None:
    """Copy the journal to TARGET, which must not exist, and verify the copy."""
    path = path or _configured_path()
    found = copy_journal(path, target)
    click.echo(f"{path} copied. {_approval(target, found)}")
    if as_json:
        click.echo(json.dumps(_verdict(target, found)))


@journal_command.command()
@click.argument("source", type=click.Path(path_type=Path))
@_path_option
@_json_option
def restore(source: Path, path: Path | None, as_json: bool) -> None:
    """Put the backup SOURCE in the journal's place, while no hydra runs. The journal that is there is kept under a new name.

    The next run compares with the broker: what the backup has forgotten it learns again as far as the broker still tells
    it, and it pauses where something stays unexplained.
    """
    path = path or _configured_path()
    found, aside = restore_journal(source, path)
    click.echo(f"{source} restored. {_approval(path, found)}")
    if aside is not None:
        click.echo(f"The journal that was there is kept as {aside}.")
    if as_json:
        click.echo(json.dumps({**_verdict(path, found), "replaced": None if aside is None else str(aside)}))


def _configured_path() -> Path:
    return apply_environment(load_config(None), os.environ).journal.path


def _approval(path: Path, found: Verified) -> str:
    return f"{path}: {found.events_n:,} events, none changed or missing; head {found.head_hash_hex}"


def _verdict(path: Path, found: Verified | Damaged) -> dict[str, object]:
    if isinstance(found, Damaged):
        return {"ok": False, "journal": str(path), "seq": found.seq, "error": found.text}
    return {"ok": True, "journal": str(path), "events": found.events_n, "head": found.head_hash_hex}


def _line(stored: StoredEvent) -> str:
    at = wall(stored.at, NEW_YORK).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    kind = type(stored.event).__name__
    return f"{at}  run {stored.run}  {kind:<20} {stored.event.subject:<24} {sentence_of(stored.event)}"


def _record(stored: StoredEvent) -> dict[str, object]:
    return {
        "seq": stored.seq,
        "at": stored.at.isoformat(),
        "run": stored.run,
        "session": stored.session,
        "kind": type(stored.event).__name__,
        "subject": stored.event.subject,
        "text": sentence_of(stored.event),
        "event": json.loads(encode(stored.event)),
    }
