"""Options of `pytest conformance`, and what holds the run together. No TensorFlow here."""

from __future__ import annotations

import contextlib
import gc
import platform
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from conformance import contract, ledger, ordering, profiles, targets
from conformance import replay as replaying
from conformance.adapter import serve, wire
from conformance.bench import Bench, Settings
from conformance.errors import ConformanceError, TargetUnavailable
from conformance.noticeboard import Noticeboard
from conformance.upgrade import replay as upgrade_replay
from conformance.upgrade.bench import Side, UpgradeBench
from conformance.upgrade.crossing import chosen, crossings
from conformance.upgrade.statements import STATEMENTS, Statement
from reports.record import Recorder
from reports.verdicts import NEW, SCHEMA, Header

ROOT = Path(__file__).parent
CONTRACT = ROOT / "conformance"
UPGRADE = CONTRACT / "test_upgrade.py"
ONE_TARGET = CONTRACT / "test_known_deviations.py"
# one target, or the old one and the new one
TARGETS = pytest.StashKey[list[targets.Target]]()
DESCRIPTIONS = pytest.StashKey[list[wire.Description]]()
SALT = pytest.StashKey[str]()
LEDGER = pytest.StashKey[ledger.Ledger]()
NOTICES = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The suite's own options."""
    # --strict is pytest's own word, which here also means: ignore the ledger of known deviations
    group = parser.getgroup("conformance", "conformance of recurrent state in TensorFlow")
    group.addoption("--target", action="append", metavar="T",
                    help="here (default), inline, a name, or the path of a Python;"
                    " twice, of an old and a new one: the upgrade check")  # fmt: skip
    group.addoption("--target-cache", metavar="DIR",
                    help="folder of the targets with a name, which are made on demand")  # fmt: skip
    group.addoption("--profile", choices=sorted(profiles.PROFILES), default="default",
                    help="how much is searched (default: %(default)s)")  # fmt: skip
    group.addoption("--explore-seed", metavar="SEED", help="repeat an explore run by its seed")
    group.addoption("--report", metavar="DIR", default="reports/out",
                    help="folder of the run file (default: %(default)s)")  # fmt: skip
    group.addoption("--clauses", action="store_true",
                    help="list the clauses: id, severity, statement, source")  # fmt: skip
    group.addoption("--replay", metavar="CASE", help="judge one case, given as JSON, and say why")


def pytest_configure(config: pytest.Config) -> None:
    """Start the target as early as can be: TensorFlow's import then overlaps with all else.

    With workers each of them has a target, and the controller none.
    """
    if not _judges(config) or config.option.help:
        return
    try:
        ledger.read()  # a broken ledger is told before anything is started
        config.stash[SALT] = _salt(config)
        if _has_workers(config):
            for name in _target_names(config):  # what is not there is made now, or told at once
                targets.interpreter(name, config.option.target_cache)
            config.stash[NOTICES] = tempfile.TemporaryDirectory()
            return
        config.stash[TARGETS] = _open_targets(config)
        if not _worker_input(config):
            _describe(config, [target.describe() for target in config.stash[TARGETS]])
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error


def _judges(config: pytest.Config) -> bool:
    """Whether clauses may be collected."""
    starts = [Path(str(argument).split("::")[0]).resolve() for argument in config.args]
    return any(p == CONTRACT or p in CONTRACT.parents or CONTRACT in p.parents for p in starts)


def _worker_input(config: pytest.Config) -> dict[str, Any]:
    return getattr(config, "workerinput", {})


def _has_workers(config: pytest.Config) -> bool:
    several = config.getoption("numprocesses", None) and not config.option.collectonly
    return bool(several) and not _worker_input(config)


def _salt(config: pytest.Config) -> str:
    given = _worker_input(config).get("conformance_salt")
    profile = profiles.PROFILES[config.option.profile]
    return given or profiles.salt(profile, config.option.explore_seed)


def _describe(config: pytest.Config, descriptions: list[wire.Description]) -> None:
    """Keep what each target offers, and which deviations one is known to have.

    Two are held against each other, whatever either is known to do.
    """
    config.stash[DESCRIPTIONS] = descriptions
    alone = len(descriptions) == 1 and not _strict(config)
    config.stash[LEDGER] = ledger.load(descriptions[0].versions) if alone else ledger.Ledger()
    if not _worker_input(config):
        _register_recorder(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """With workers, learn from one of their targets what there is to judge."""
    config = session.config
    if _worker_input(config) and TARGETS in config.stash:
        _describe_in_worker(config)
    elif NOTICES in config.stash:
        _learn_from_workers(config)


def _describe_in_worker(config: pytest.Config) -> None:
    notices = Noticeboard(_worker_input(config)["conformance_notices"])
    worker = _worker_input(config)["workerid"]
    try:
        descriptions = [target.describe() for target in config.stash[TARGETS]]
    except TargetUnavailable as error:
        notices.pin_error(worker, error)
        return
    notices.pin(worker, descriptions)
    _describe(config, descriptions)


def _learn_from_workers(config: pytest.Config) -> None:
    try:
        _describe(config, Noticeboard(config.stash[NOTICES].name).wait(targets.START_SECONDS))
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    for line in _header(config):
        reporter.write_line(line)


def _target_names(config: pytest.Config) -> list[str]:
    names = config.option.target or [targets.HERE]
    if len(names) > 2:
        raise TargetUnavailable(
            f"--target = {names}, but must be given once, or twice: an old target and a new one"
        )
    asked = {Path(str(argument).split("::")[0]).resolve() for argument in config.args}
    if len(names) == 1 and UPGRADE in asked:
        raise TargetUnavailable(f"{UPGRADE.name} needs two targets: --target OLD --target NEW")
    return names


def _open_targets(config: pytest.Config) -> list[targets.Target]:
    cache = config.option.target_cache
    return [targets.open_target(name, cache) for name in _target_names(config)]


def _is_upgrade(config: pytest.Config) -> bool:
    return len(config.option.target or ()) > 1


def _strict(config: pytest.Config) -> bool:
    given = _worker_input(config).get("conformance_strict")
    return "--strict" in config.invocation_params.args if given is None else given


def _register_recorder(config: pytest.Config) -> None:
    started = datetime.now(timezone.utc)
    *before, description = config.stash[DESCRIPTIONS]
    *old_name, name = _target_names(config)
    old = {"target": old_name[0], "versions": dict(before[0].versions)} if before else None
    header = Header(
        schema=SCHEMA,
        suite=_suite_version(),
        started=started.isoformat(timespec="seconds"),
        target=name,
        versions=dict(description.versions),
        platform={"system": platform.system(), "machine": platform.machine()},
        options={
            "profile": config.option.profile,
            "strict": _strict(config),
            "seed": config.stash[SALT],
        },
        paths=[{"name": offer.name, "missing": offer.missing} for offer in description.paths],
        defaults={
            record.owner: {"error": record.error} if record.error else record.options
            for record in description.defaults
        },
        old=old,
        ledger={
            entry.name: {
                "why": entry.why,
                "case": entry.case.to_json(),
                **({"thread": entry.thread} if entry.thread else {}),
            }
            for entry in config.stash[LEDGER].entries
        },
    )
    releases = "-to-".join(f"tf{one.versions['tensorflow']}" for one in (*before, description))
    name = f"{releases}-{started:%Y%m%dT%H%M%SZ}.jsonl"
    config.pluginmanager.register(
        Recorder(Path(config.option.report) / name, header), "conformance-recorder"
    )


def _suite_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("rnn-state-conformance")
    except PackageNotFoundError:
        return "not installed"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Hang up."""
    for target in config.stash.get(TARGETS, []):
        target.close()
    if NOTICES in config.stash:
        config.stash[NOTICES].cleanup()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker what the command line and chance have settled."""
    if NOTICES in node.config.stash:
        node.workerinput["conformance_notices"] = node.config.stash[NOTICES].name
        node.workerinput["conformance_salt"] = node.config.stash[SALT]
        node.workerinput["conformance_strict"] = _strict(node.config)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Versions, profile, and each path: found, or why not."""
    return _header(config) if DESCRIPTIONS in config.stash else []


def _header(config: pytest.Config) -> list[str]:
    seed = f", seed {config.stash[SALT]}" if config.option.profile == profiles.EXPLORE else ""
    profile = f"profile: {config.option.profile}{seed}"
    described = config.stash[DESCRIPTIONS]
    if _is_upgrade(config):
        old, new = (description.paths for description in described)
        compared = [f"{one.old} ~ {one.new}" for one in crossings(old, new)]
        lines = [
            f"{side}: {_versions(of)}" for side, of in zip(("OLD", "NEW"), described, strict=True)
        ]
        return [*lines, f"generations compared: {', '.join(compared) or 'none'}", profile]
    (description,) = described
    found = [offer.name for offer in description.paths if not offer.missing]
    lines = [f"target: {_versions(description)}", f"paths: {', '.join(found)}"]
    for offer in description.paths:
        if offer.missing:
            lines.append(f"not available: {offer.name}: {offer.missing}")
    return [*lines, f"{profile}; {len(config.stash[LEDGER].entries)} known deviations in force"]


def _versions(description: wire.Description) -> str:
    return ", ".join(f"{name} {version}" for name, version in description.versions.items())


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """`--clauses` lists, `--replay` judges one case; both end the run."""
    if config.option.clauses:
        return _list_clauses()
    if config.option.replay:
        return _replay(config)
    return None


def _replay(config: pytest.Config) -> int:
    """0 where the clause holds or the ledger knows the deviation, else 1."""
    contract.clauses()
    try:
        replaying.read(config.option.replay)  # what is unreadable is told before a start
        with contextlib.ExitStack() as stack:
            opened = [
                stack.enter_context(contextlib.closing(target)) for target in _open_targets(config)
            ]
            return _replay_on(config, opened)
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error


def _replay_on(config: pytest.Config, opened: list[targets.Target]) -> int:
    if len(opened) > 1:
        seen = upgrade_replay.replay(config.option.replay, *opened)
        print(upgrade_replay.shown(seen))
        return int(seen.worse)
    (target,) = opened
    known = ledger.Ledger() if _strict(config) else ledger.load(target.describe().versions)
    outcome, clause = replaying.replay(config.option.replay, target, known)
    print(replaying.shown(outcome, clause))
    return int(outcome.status == NEW)


def _list_clauses() -> int:
    clauses = contract.clauses().values()
    every: list[contract.Clause | Statement] = [*clauses, *STATEMENTS.values()]
    for clause in sorted(every, key=lambda clause: clause.identifier):
        print(f"{clause.identifier}  {clause.severity:6}  {clause.statement}")
        print(f"               {clause.source}")
    return 0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each subject of a clause."""
    if DESCRIPTIONS not in metafunc.config.stash:
        return  # not asked to judge, or a worker whose target is of no use
    if "entry" in metafunc.fixturenames:
        contract.clauses()  # an entry may be about a clause of a module that is not collected
        profile = profiles.PROFILES[metafunc.config.option.profile]
        entries = profile.replayed(metafunc.config.stash[LEDGER].entries)
        metafunc.parametrize("entry", entries, ids=[entry.name for entry in entries])
    clause = getattr(metafunc.function, "clause", None)
    if clause is None:
        return
    profile = profiles.PROFILES[metafunc.config.option.profile]
    found = _subjects(metafunc.config, clause, profile)
    metafunc.parametrize("subject", found, ids=[str(subject) for subject in found])


def _subjects(
    config: pytest.Config, clause: contract.Clause, profile: profiles.Profile
) -> list[contract.Subject]:
    offers = [description.paths for description in config.stash[DESCRIPTIONS]]
    if _is_upgrade(config):
        return chosen(clause, profile, config.stash[SALT], *offers)
    return profile.chosen(clause, clause.subjects(*offers), config.stash[SALT])


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is about two targets, or about the ledger of one, is left out for the other."""
    return True if collection_path == (ONE_TARGET if _is_upgrade(config) else UPGRADE) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the contract's tests, and let `-k` choose them by their clause."""
    for item in items:
        clause = getattr(getattr(item, "function", None), "clause", None)
        if clause is not None:
            item.extra_keyword_matches.add(clause.identifier)
    of_contract = {item.nodeid: item for item in items if CONTRACT in item.path.parents}
    in_order = iter(ordering.ordered(list(of_contract)))
    items[:] = [of_contract[next(in_order)] if i.nodeid in of_contract else i for i in items]


def pytest_collection_finish() -> None:
    """What was collected stays: no garbage collection need look at it again; others are seldom."""
    gc.freeze()
    gc.set_threshold(*serve.SELDOM)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give workers the groups of the order, one after the other."""
    if DESCRIPTIONS not in config.stash:
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return ordering.group(nodeid)

    contract.clauses()
    config.option.loadscopereorder = False
    return Groups(config, log)


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Bench | UpgradeBench:
    """What judges."""
    stash = request.config.stash
    opened, described = stash[TARGETS], stash[DESCRIPTIONS]
    profile = profiles.PROFILES[request.config.option.profile]
    if _is_upgrade(request.config):
        old, new = map(Side, opened, described)
        return UpgradeBench(old, new, profile, stash[SALT])
    offers = {offer.name: offer for offer in described[0].paths}
    return Bench(opened[0], Settings(profile, stash[SALT], stash[LEDGER], offers))
