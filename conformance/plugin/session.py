"""The session: targets, ledger and run file of a run, and the tests that are collected."""

from __future__ import annotations

import gc
import platform
from datetime import datetime, timezone
from pathlib import Path

import pytest

from conformance import targets
from conformance.adapter import serve, wire
from conformance.contract.clause import Clause, Subject, all_clauses
from conformance.engine import determinism, profiles
from conformance.engine.runner import Bench, Settings
from conformance.errors import ConformanceError
from conformance.ledger.entry import Ledger
from conformance.ledger.load import load_ledger, read_entries
from conformance.plugin import scheduling
from conformance.plugin.options import (
    CONTRACT,
    ONE_TARGET,
    UPGRADE,
    collects_clauses,
    is_strict,
    is_upgrade,
    open_targets,
    profile_of,
    run_salt,
    target_names,
)
from conformance.plugin.recorder import Recorder
from conformance.plugin.worker_handshake import worker_input
from conformance.results.verdict import SCHEMA, Header
from conformance.upgrade.pair_runner import Side, UpgradeBench
from conformance.upgrade.path_mapping import choose_subjects, generation_pairs

# one target, or the old one and the new one
TARGETS = pytest.StashKey[list[targets.Target]]()
DESCRIPTIONS = pytest.StashKey[list[wire.Description]]()
SALT = pytest.StashKey[str]()
LEDGER = pytest.StashKey[Ledger]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the target as early as possible, so that TensorFlow's import overlaps with the rest.

    In a run with workers each worker has a target, and the controller has none (`workers.py`).
    """
    if not collects_clauses(config) or config.option.help:
        return
    try:
        determinism.must_have_control()
        read_entries()  # so a broken ledger is reported before a target starts
        config.stash[SALT] = run_salt(config)
        if has_workers(config):
            for name in target_names(config):  # build a missing target now, or report why not
                targets.interpreter(name, config.option.target_cache)
            return
        config.stash[TARGETS] = open_targets(config)
        if not worker_input(config):
            describe(config, [target.describe() for target in config.stash[TARGETS]])
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error


def has_workers(config: pytest.Config) -> bool:
    """Return whether this is the controller of a run with workers."""
    workers = config.getoption("numprocesses", None) and not config.option.collectonly
    return bool(workers) and not worker_input(config)


def describe(config: pytest.Config, descriptions: list[wire.Description]) -> None:
    """Store the descriptions of the targets, and the known deviations of a single target.

    A comparison of two targets uses no ledger.
    """
    config.stash[DESCRIPTIONS] = descriptions
    uses_ledger = len(descriptions) == 1 and not is_strict(config)
    config.stash[LEDGER] = load_ledger(descriptions[0].versions) if uses_ledger else Ledger()
    if not worker_input(config):
        _register_recorder(config)


def _register_recorder(config: pytest.Config) -> None:
    started = datetime.now(timezone.utc)
    *before, description = config.stash[DESCRIPTIONS]
    releases = "-to-".join(f"tf{one.versions['tensorflow']}" for one in (*before, description))
    name = f"{releases}-{started:%Y%m%dT%H%M%SZ}.jsonl"
    config.pluginmanager.register(
        Recorder(Path(config.option.report) / name, _header_record(config, started)),
        "conformance-recorder",
    )


def _header_record(config: pytest.Config, started: datetime) -> Header:
    *before, description = config.stash[DESCRIPTIONS]
    *old_name, name = target_names(config)
    return Header(
        schema=SCHEMA,
        suite=_suite_version(),
        started=started.isoformat(timespec="seconds"),
        target=name,
        versions=dict(description.versions),
        platform={"system": platform.system(), "machine": platform.machine()},
        options={
            "profile": config.option.profile,
            "strict": is_strict(config),
            "seed": config.stash[SALT],
        },
        paths=[{"name": offer.name, "missing": offer.missing} for offer in description.paths],
        defaults={
            record.owner: {"error": record.error} if record.error else record.options
            for record in description.defaults
        },
        old={"target": old_name[0], "versions": dict(before[0].versions)} if before else None,
        ledger=config.stash[LEDGER].to_record(),
    )


def _suite_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("rnn-state-conformance")
    except PackageNotFoundError:
        return "not installed"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the targets."""
    for target in config.stash.get(TARGETS, []):
        target.close()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Return the header of a run: versions, profile, paths, and why paths are missing."""
    return header_lines(config) if DESCRIPTIONS in config.stash else []


def header_lines(config: pytest.Config) -> list[str]:
    """Return the header of a run's terminal output."""
    seed = f", seed {config.stash[SALT]}" if config.option.profile == profiles.EXPLORE else ""
    profile = f"profile: {config.option.profile}{seed}"
    described = config.stash[DESCRIPTIONS]
    if is_upgrade(config):
        old, new = (description.paths for description in described)
        compared = [f"{one.old} ~ {one.new}" for one in generation_pairs(old, new)]
        lines = [
            f"{side}: {_versions(target)}"
            for side, target in zip(("OLD", "NEW"), described, strict=True)
        ]
        return [*lines, f"generations compared: {', '.join(compared) or 'none'}", profile]
    (description,) = described
    available = [offer.name for offer in description.paths if not offer.missing]
    lines = [f"target: {_versions(description)}", f"paths: {', '.join(available)}"]
    for offer in description.paths:
        if offer.missing:
            lines.append(f"not available: {offer.name}: {offer.missing}")
    return [*lines, f"{profile}; {len(config.stash[LEDGER].entries)} known deviations in force"]


def _versions(description: wire.Description) -> str:
    return ", ".join(f"{name} {version}" for name, version in description.versions.items())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each subject of a clause."""
    if DESCRIPTIONS not in metafunc.config.stash:
        return  # there is nothing to judge, or this worker's target cannot be used
    profile = profile_of(metafunc.config)
    if "entry" in metafunc.fixturenames:
        all_clauses()  # an entry may be about a clause of a module that is not collected
        entries = profile.entries_to_replay(metafunc.config.stash[LEDGER].entries)
        metafunc.parametrize("entry", entries, ids=[entry.name for entry in entries])
    clause = getattr(metafunc.function, "clause", None)
    if clause is not None:
        subjects = _subjects(metafunc.config, clause, profile)
        metafunc.parametrize("subject", subjects, ids=[str(subject) for subject in subjects])


def _subjects(config: pytest.Config, clause: Clause, profile: profiles.Profile) -> list[Subject]:
    offers = [description.paths for description in config.stash[DESCRIPTIONS]]
    if is_upgrade(config):
        return choose_subjects(clause, profile, config.stash[SALT], *offers)
    return profile.choose(clause, clause.subjects(*offers), config.stash[SALT])


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the upgrade check for one target, and the ledger's replay for two."""
    return True if collection_path == (ONE_TARGET if is_upgrade(config) else UPGRADE) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the contract's tests, and let `-k` choose them by their clause."""
    for item in items:
        clause = getattr(getattr(item, "function", None), "clause", None)
        if clause is not None:
            item.extra_keyword_matches.add(clause.identifier)
    by_node = {item.nodeid: item for item in items if CONTRACT in item.path.parents}
    nodes = iter(scheduling.order_nodes(list(by_node)))
    items[:] = [by_node[next(nodes)] if item.nodeid in by_node else item for item in items]


def pytest_collection_finish() -> None:
    """Exclude the collected tests from garbage collection, and make it seldom from now on."""
    gc.freeze()
    gc.set_threshold(*serve.SELDOM)


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Bench | UpgradeBench:
    """Provide the bench, which judges subjects of clauses."""
    stash = request.config.stash
    opened, described = stash[TARGETS], stash[DESCRIPTIONS]
    profile = profile_of(request.config)
    if is_upgrade(request.config):
        old, new = map(Side, opened, described)
        return UpgradeBench(old, new, profile, stash[SALT])
    offers = {offer.name: offer for offer in described[0].paths}
    return Bench(opened[0], Settings(profile, stash[SALT], stash[LEDGER], offers))
