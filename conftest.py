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
from conformance.adapter import wire
from conformance.bench import Bench, Settings
from conformance.errors import ConformanceError, TargetUnavailable
from conformance.noticeboard import Noticeboard
from reports.record import Recorder
from reports.verdicts import NEW, SCHEMA, Header

ROOT = Path(__file__).parent
CONTRACT = ROOT / "conformance"
TARGET = pytest.StashKey[targets.Target]()
DESCRIPTION = pytest.StashKey[wire.Description]()
SALT = pytest.StashKey[str]()
LEDGER = pytest.StashKey[ledger.Ledger]()
NOTICES = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The suite's own options."""
    # --strict is pytest's own word, which here also means: ignore the ledger of known deviations
    group = parser.getgroup("conformance", "conformance of recurrent state in TensorFlow")
    group.addoption("--target", action="append", metavar="T",
                    help="here (default), inline, a name, or the path of a Python")  # fmt: skip
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
            _interpreter(config)  # one that is not there is made now, or told at once
            config.stash[NOTICES] = tempfile.TemporaryDirectory()
            return
        config.stash[TARGET] = _open_target(config)
        if not _worker_input(config):
            _describe(config, config.stash[TARGET].describe())
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


def _describe(config: pytest.Config, description: wire.Description) -> None:
    """Keep what the target offers, and which deviations it is known to have."""
    config.stash[DESCRIPTION] = description
    versions = description.versions
    config.stash[LEDGER] = ledger.Ledger() if _strict(config) else ledger.load(versions)
    if not _worker_input(config):
        _register_recorder(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """With workers, learn from one of their targets what there is to judge."""
    config = session.config
    if _worker_input(config) and TARGET in config.stash:
        _describe_in_worker(config)
    elif NOTICES in config.stash:
        _learn_from_workers(config)


def _describe_in_worker(config: pytest.Config) -> None:
    notices = Noticeboard(_worker_input(config)["conformance_notices"])
    worker = _worker_input(config)["workerid"]
    try:
        description = config.stash[TARGET].describe()
    except TargetUnavailable as error:
        notices.pin_error(worker, error)
        return
    notices.pin(worker, description)
    _describe(config, description)


def _learn_from_workers(config: pytest.Config) -> None:
    try:
        _describe(config, Noticeboard(config.stash[NOTICES].name).wait(targets.START_SECONDS))
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    for line in _header(config):
        reporter.write_line(line)


def _target_name(config: pytest.Config) -> str:
    names = config.option.target or [targets.HERE]
    if len(names) > 1:
        raise TargetUnavailable(f"--target = {names}, but must be given once")
    return names[0]


def _interpreter(config: pytest.Config) -> Path:
    return targets.interpreter(_target_name(config), config.option.target_cache)


def _open_target(config: pytest.Config) -> targets.Target:
    return targets.open_target(_target_name(config), config.option.target_cache)


def _strict(config: pytest.Config) -> bool:
    given = _worker_input(config).get("conformance_strict")
    return "--strict" in config.invocation_params.args if given is None else given


def _register_recorder(config: pytest.Config) -> None:
    started = datetime.now(timezone.utc)
    description = config.stash[DESCRIPTION]
    header = Header(
        schema=SCHEMA,
        suite=_suite_version(),
        started=started.isoformat(timespec="seconds"),
        target=_target_name(config),
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
    )
    name = f"tf{description.versions['tensorflow']}-{started:%Y%m%dT%H%M%SZ}.jsonl"
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
    if TARGET in config.stash:
        config.stash[TARGET].close()
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
    return _header(config) if DESCRIPTION in config.stash else []


def _header(config: pytest.Config) -> list[str]:
    description = config.stash[DESCRIPTION]
    versions = ", ".join(f"{name} {version}" for name, version in description.versions.items())
    found = [offer.name for offer in description.paths if not offer.missing]
    lines = [f"target: {versions}", f"paths: {', '.join(found)}"]
    for offer in description.paths:
        if offer.missing:
            lines.append(f"not available: {offer.name}: {offer.missing}")
    seed = f", seed {config.stash[SALT]}" if config.option.profile == profiles.EXPLORE else ""
    known = len(config.stash[LEDGER].entries)
    lines.append(f"profile: {config.option.profile}{seed}; {known} known deviations in force")
    return lines


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
        with contextlib.closing(_open_target(config)) as target:
            known = ledger.Ledger() if _strict(config) else ledger.load(target.describe().versions)
            outcome, clause = replaying.replay(config.option.replay, target, known)
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error
    print(replaying.shown(outcome, clause))
    return int(outcome.status == NEW)


def _list_clauses() -> int:
    for clause in sorted(contract.clauses().values(), key=lambda clause: clause.identifier):
        print(f"{clause.identifier}  {clause.severity:6}  {clause.statement}")
        print(f"               {clause.source}")
    return 0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each subject of a clause."""
    if DESCRIPTION not in metafunc.config.stash:
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
    offers = metafunc.config.stash[DESCRIPTION].paths
    salt = metafunc.config.stash[SALT]
    found = profile.chosen(clause, clause.subjects(offers), salt)
    metafunc.parametrize("subject", found, ids=[str(subject) for subject in found])


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
    """What was collected stays: no garbage collection need look at it again."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give workers the groups of the order, one after the other."""
    if DESCRIPTION not in config.stash:
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return ordering.group(nodeid)

    contract.clauses()
    config.option.loadscopereorder = False
    return Groups(config, log)


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Bench:
    """What judges."""
    stash = request.config.stash
    offers = {offer.name: offer for offer in stash[DESCRIPTION].paths}
    profile = profiles.PROFILES[request.config.option.profile]
    return Bench(stash[TARGET], Settings(profile, stash[SALT], stash[LEDGER], offers))
