"""The command-line options of `pytest conformance`, and functions that read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import targets
from conformance.engine import profiles
from conformance.errors import TargetUnavailable
from conformance.plugin.worker_handshake import worker_input

CONTRACT = Path(__file__).parents[1]
UPGRADE = CONTRACT / "test_upgrade.py"
ONE_TARGET = CONTRACT / "test_known_deviations.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite."""
    # --strict is an option of pytest itself; here it also means: ignore the known deviations
    group = parser.getgroup("conformance", "conformance of recurrent state in TensorFlow")
    group.addoption("--target", action="append", metavar="T",
                    help="here (default), inline, a name, or the path of a Python;"
                    " give it twice, an old and a new one, for the upgrade check")  # fmt: skip
    group.addoption("--target-cache", metavar="DIR",
                    help="folder of the named targets, which are built on demand")  # fmt: skip
    group.addoption("--profile", choices=sorted(profiles.PROFILES), default="default",
                    help="how much is searched (default: %(default)s)")  # fmt: skip
    group.addoption("--explore-seed", metavar="SEED", help="repeat an explore run by its seed")
    group.addoption("--report", metavar="DIR", default="reports/out",
                    help="folder of the run file (default: %(default)s)")  # fmt: skip
    group.addoption("--clauses", action="store_true",
                    help="list the clauses: id, severity, statement, sources")  # fmt: skip
    group.addoption("--replay", metavar="CASE", help="judge one case, given as JSON, and say why")


def collects_clauses(config: pytest.Config) -> bool:
    """Return whether the arguments let pytest collect clauses."""
    starts = [Path(str(argument).split("::")[0]).resolve() for argument in config.args]
    return any(p == CONTRACT or p in CONTRACT.parents or CONTRACT in p.parents for p in starts)


def target_names(config: pytest.Config) -> list[str]:
    """Return the name of one target, or the names of an old and a new one.

    Raises:
        TargetUnavailable: more than two are named, or the upgrade check has only one.
    """
    names = config.option.target or [targets.HERE]
    if len(names) > 2:
        raise TargetUnavailable(
            f"--target = {names}, but must be given once, or twice: an old target and a new one"
        )
    paths = {Path(str(argument).split("::")[0]).resolve() for argument in config.args}
    if len(names) == 1 and UPGRADE in paths:
        raise TargetUnavailable(f"{UPGRADE.name} needs two targets: --target OLD --target NEW")
    return names


def open_targets(config: pytest.Config) -> list[targets.Target]:
    """Start the targets that the command line names."""
    cache = config.option.target_cache
    return [targets.open_target(name, cache) for name in target_names(config)]


def is_upgrade(config: pytest.Config) -> bool:
    """Return whether two targets are compared."""
    return len(config.option.target or ()) > 1


def is_strict(config: pytest.Config) -> bool:
    """Return whether the ledger of known deviations is ignored."""
    given = worker_input(config).get("conformance_strict")
    return "--strict" in config.invocation_params.args if given is None else given


def profile_of(config: pytest.Config) -> profiles.Profile:
    """Return the profile that the command line names."""
    return profiles.PROFILES[config.option.profile]


def run_salt(config: pytest.Config) -> str:
    """Return the salt of the run; the controller sends it to its workers."""
    given = worker_input(config).get("conformance_salt")
    return given or profiles.salt(profile_of(config), config.option.explore_seed)
