"""Replays the ledger's cases on targets, each on every path that its entry names."""

from __future__ import annotations

import concurrent.futures
import contextlib
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.cases.case_json import from_json
from conformance.contract import clause
from conformance.engine.probe import on_path, onlooker
from conformance.errors import TargetUnavailable, UnreadableCase
from conformance.ledger import Entry
from conformance.ledger_audit.sighting_log import Question, Seen, Sightings
from conformance.targets import registry
from conformance.targets.cache import Cache

_EVERY = 15  # seconds between two lines of progress


@dataclass(frozen=True)
class Look:
    """What one target is to be asked."""

    target: str
    cache: str | None
    asked: Sequence[Question]
    kept: Sightings


def questions(entry: Entry) -> Iterator[tuple[str, Question]]:
    """For each path of an entry its minimal case there, where the entry covers it."""
    for place in entry.paths:
        with contextlib.suppress(UnreadableCase):  # there may be no such case on that path
            case = from_json(on_path(entry.case, place).to_json())
            if entry.covers(entry.clause, case):
                yield place, Question(entry.clause, case.to_json())


def look_at_all(
    targets: Sequence[str],
    entries: Sequence[Entry],
    kept: Sightings,
    cache: str | None = None,
    workers: int = 1,
) -> list[str]:
    """Ask targets for what is not known of them; the names of those that could not be asked."""
    asked = list(dict.fromkeys(question for entry in entries for _, question in questions(entry)))
    seen = kept.read()
    looks = [
        Look(target, cache, asked, kept)
        for target in targets
        if not _is_known(seen.get(target), asked, _stamp(target, cache))
    ]
    return [one.target for one, well in zip(looks, _done(looks, workers), strict=True) if not well]


def _is_known(seen: Seen | None, asked: Sequence[Question], stamp: str) -> bool:
    """Whether a target need not be started at all."""
    return bool(stamp and seen and seen.stamp == stamp and set(asked) <= set(seen.sightings))


def _stamp(target: str, cache: str | None) -> str:
    """What tells a named target from one of that name made before or after; nothing of others."""
    folder = Cache.choose(cache)
    if target not in registry.read() or folder.account(target) is None:
        return ""
    return str(folder.time_made(target))


def _done(looks: Sequence[Look], workers: int) -> Iterator[bool]:
    if workers == 1:
        yield from map(_look, looks)
        return
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        try:
            yield from pool.map(_look, looks)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def _look(look: Look) -> bool:
    """Ask one target, and write down what it shows; whether it could be started."""
    try:
        _ask(look)
    except TargetUnavailable as error:
        _say(str(error))
        return False
    return True


def _ask(look: Look) -> None:
    clauses = clause.all_clauses()
    began = told = time.monotonic()
    with onlooker(look.target, look.cache) as looking:
        versions = looking.description.versions
        stamp = _stamp(look.target, look.cache)
        look.kept.begin(look.target, stamp, versions)
        known = look.kept.read()[look.target].sightings
        left = [question for question in look.asked if question not in known]
        _say(f"{look.target}: {len(left)} cases to replay, {len(look.asked) - len(left)} are known")
        for count, question in enumerate(left, 1):
            sighting = looking.see(clauses[question.clause], from_json(question.case))
            look.kept.add(look.target, question, sighting)
            if time.monotonic() - told > _EVERY:
                told = time.monotonic()
                _say(f"{look.target}: {count} of {len(left)}")
    _say(f"{look.target}: done in {time.monotonic() - began:.0f} s")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
