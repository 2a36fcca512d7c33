"""The workers of pytest-xdist: their settings, their answers, and the tests that each takes."""

from __future__ import annotations

import tempfile
from typing import Any

import pytest

from conformance import targets
from conformance.contract.clause import all_clauses
from conformance.errors import ConformanceError, TargetUnavailable
from conformance.plugin import scheduling
from conformance.plugin.options import collects_clauses, is_strict
from conformance.plugin.session import (
    DESCRIPTIONS,
    SALT,
    TARGETS,
    describe,
    has_workers,
    header_lines,
)
from conformance.plugin.worker_handshake import WorkerHandshake, worker_input

_FOLDER = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder in which the workers publish the descriptions of their targets."""
    if collects_clauses(config) and not config.option.help and has_workers(config):
        config.stash[_FOLDER] = tempfile.TemporaryDirectory()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that folder."""
    if _FOLDER in config.stash:
        config.stash[_FOLDER].cleanup()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Send each worker the settings of the run: from the command line, and the drawn salt."""
    if _FOLDER in node.config.stash:
        node.workerinput["conformance_handshake"] = node.config.stash[_FOLDER].name
        node.workerinput["conformance_salt"] = node.config.stash[SALT]
        node.workerinput["conformance_strict"] = is_strict(node.config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Describe the target in a worker; read the first description in the controller."""
    config = session.config
    if worker_input(config) and TARGETS in config.stash:
        _describe_in_worker(config)
    elif _FOLDER in config.stash:
        _read_from_workers(config)


def _describe_in_worker(config: pytest.Config) -> None:
    handshake = WorkerHandshake(worker_input(config)["conformance_handshake"])
    worker = worker_input(config)["workerid"]
    try:
        descriptions = [target.describe() for target in config.stash[TARGETS]]
    except TargetUnavailable as error:
        handshake.publish_error(worker, error)
        return
    handshake.publish(worker, descriptions)
    describe(config, descriptions)


def _read_from_workers(config: pytest.Config) -> None:
    try:
        describe(config, WorkerHandshake(config.stash[_FOLDER].name).wait(targets.START_SECONDS))
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    for line in header_lines(config):
        reporter.write_line(line)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give the groups of tests to the workers, one group after the other."""
    if DESCRIPTIONS not in config.stash:
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scheduling.group(nodeid)

    all_clauses()
    config.option.loadscopereorder = False
    return Groups(config, log)
