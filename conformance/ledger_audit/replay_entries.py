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
from conformance.engine.probe import case_on_path, open_probe
from conformance.errors import TargetUnavailable, UnreadableCase
from conformance.ledger.entry import Entry
from conformance.ledger_audit.sighting_log import Question, SightingLog, TargetRecord
from conformance.targets import registry
from conformance.targets.cache import Cache

_SECONDS_BETWEEN_LINES = 15  # of progress


@dataclass(frozen=True)
class _Job:
    """The questions to one target, and where its answers go."""

    target: str
    cache: str | None
    questions: Sequence[Question]
    log: SightingLog


def questions(entry: Entry) -> Iterator[tuple[str, Question]]:
    """Yield each path of an entry with the minimal case on it, if the entry covers that case."""
    for place in entry.paths:
        with contextlib.suppress(UnreadableCase):  # the path may have no such case
            case = from_json(case_on_path(entry.case, place).to_json())
            if entry.covers(entry.clause, case):
                yield place, Question(entry.clause, case.to_json())


def replay_on_targets(
    targets: Sequence[str],
    entries: Sequence[Entry],
    log: SightingLog,
    cache: str | None = None,
    workers: int = 1,
) -> list[str]:
    """Replay what the log lacks of targets; return the names of those that could not start."""
    asked = list(dict.fromkeys(question for entry in entries for _, question in questions(entry)))
    records = log.read()
    jobs = [
        _Job(target, cache, asked, log)
        for target in targets
        if not _is_complete(records.get(target), asked, _stamp(target, cache))
    ]
    return [job.target for job, well in zip(jobs, _run_all(jobs, workers), strict=True) if not well]


def _is_complete(record: TargetRecord | None, asked: Sequence[Question], stamp: str) -> bool:
    """Return whether the log has all answers of a target, so that it need not be started."""
    return bool(stamp and record and record.stamp == stamp and set(asked) <= set(record.sightings))


def _stamp(target: str, cache: str | None) -> str:
    """Return what changes when a named target is rebuilt; nothing for a target without a name."""
    folder = Cache.choose(cache)
    if target not in registry.read() or folder.account(target) is None:
        return ""
    return str(folder.time_made(target))


def _run_all(jobs: Sequence[_Job], workers: int) -> Iterator[bool]:
    if workers == 1:
        yield from map(_run, jobs)
        return
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        try:
            yield from pool.map(_run, jobs)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def _run(job: _Job) -> bool:
    """Replay on one target, and log what it shows; return whether it could be started."""
    try:
        _replay(job)
    except TargetUnavailable as error:
        _report(str(error))
        return False
    return True


def _replay(job: _Job) -> None:
    clauses = clause.all_clauses()
    began = reported = time.monotonic()
    with open_probe(job.target, job.cache) as probe:
        job.log.begin(job.target, _stamp(job.target, job.cache), probe.description.versions)
        known = job.log.read()[job.target].sightings
        left = [question for question in job.questions if question not in known]
        _report(
            f"{job.target}: {len(left)} cases to replay, {len(job.questions) - len(left)} are known"
        )
        for count, question in enumerate(left, 1):
            sighting = probe.see(clauses[question.clause], from_json(question.case))
            job.log.add(job.target, question, sighting)
            if time.monotonic() - reported > _SECONDS_BETWEEN_LINES:
                reported = time.monotonic()
                _report(f"{job.target}: {count} of {len(left)}")
    _report(f"{job.target}: done in {time.monotonic() - began:.0f} s")


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
