"""Making a named target on demand, once: an environment of its own, by uv.

It is made under the lock of its name, beside the place where it belongs, and moved there when
TensorFlow could be imported in it. Whatever ends the making, the next try begins with nothing.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from conformance.errors import TargetNotMade
from conformance.targets import interpreters
from conformance.targets.cache import VARIABLE, Account, Cache
from conformance.targets.process import START_SECONDS
from conformance.targets.registry import Recipe
from conformance.targets.uv_errors import UvResult

Say = Callable[[str], None]

# Settings of uv by which it would take another Python, or another place, than it is told
_NOT_INHERITED = ("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_TARGET", "UV_PREFIX", "UV_PROJECT")

# The last line is ours, whatever TensorFlow prints
_CHECK = """
import json, platform, numpy, tensorflow
versions = {"python": platform.python_version(), "numpy": numpy.__version__}
versions["tensorflow"] = tensorflow.__version__
print()
print(json.dumps(versions))
"""


def provide(recipe: Recipe, cache: Cache, say: Say | None = None) -> Path:
    """The Python of a named target, which is made if it is not there; says how far it is.

    Raises:
        TargetNotMade: in one line, what is missing and how to get it.
    """
    if not cache.has(recipe):
        installation = _Installation(recipe, cache, say or _say)
        try:
            installation.make_once()
        except OSError as error:
            raise installation.failure(_system_reason(error, cache)) from error
    return cache.interpreter(recipe.name)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class _Installation:
    """One target that is being made."""

    def __init__(self, recipe: Recipe, cache: Cache, say: Say) -> None:
        self._recipe = recipe
        self._cache = cache
        self._say = lambda line: say(f"{recipe.name}: {line}")
        self._partial = cache.partial_folder(recipe.name)
        self._python = self._partial / "bin" / "python"

    def make_once(self) -> None:
        """Make it, unless another process does: then wait for that one."""
        name = self._recipe.name
        waiting = "another process makes or removes it; waiting"
        with self._cache.lock(name, lambda: self._say(waiting)) as self._lock:
            if not self._cache.has(self._recipe):
                self._cache.discard(name)
                self._make()

    def failure(self, why: str) -> TargetNotMade:
        """The error that says why."""
        return TargetNotMade(f"target {self._recipe.name} could not be made: {why}")

    def _make(self) -> None:
        began = time.monotonic()
        python = str(interpreters.find(self._recipe.python) or self._recipe.python)
        asked = " ".join(map(shlex.quote, self._recipe.requirements))
        self._say(f"making it once, in {self._cache.folder}, with Python {python}: {asked}")
        try:
            self._environment(python)
            self._install(self._recipe.packages)
            self._install(self._recipe.alone, "--no-deps")
            account = self._cache.finish(self._recipe, self._versions())
        finally:
            # of no use, and large; what is in the way is told by the next try
            with contextlib.suppress(OSError):
                self._cache.clear(self._recipe.name)
        self._say(f"made in {time.monotonic() - began:.0f} s, {format_account(account)}")

    def _environment(self, python: str) -> None:
        # relocatable, as it is moved when it is complete; --no-project, as the suite is none of it;
        # quiet, unless there is an interpreter to fetch, as it says how to activate what is moved
        quiet = ("--quiet",) if os.path.isabs(python) else ()
        options = ("--no-project", "--relocatable", "--prompt", self._recipe.name, *quiet)
        result = self._uv("venv", *options, "--python", python, str(self._partial))
        if result.code == 0:
            return
        if result.no_room or os.path.isabs(python):
            raise self.failure(self._reason(result))
        version = self._recipe.python
        raise self.failure(
            f"it needs Python {version}, which is not here (uv: {result.reason}); install it, as with"
            f" `uv python install {version}` or `pyenv install {version}`, or put a folder with"
            f" python{version} on PATH"
        )

    def _install(self, packages: Sequence[str], *options: str) -> None:
        if packages:
            result = self._uv("pip", "install", "--python", str(self._python), *options, *packages)
            if result.code:
                raise self.failure(self._reason(result))

    def _reason(self, result: UvResult) -> str:
        if result.no_room:
            return _no_room(result.reason, self._cache)
        if result.no_index:
            return (
                f"the package index cannot be reached (uv: {result.reason}); uv takes the index's"
                " address from its own settings, as UV_DEFAULT_INDEX, and not from those of pip"
            )
        return f"uv: {result.reason}"

    def _versions(self) -> dict[str, str]:
        """What is installed; TensorFlow's import shows that it is of use."""
        self._say("importing TensorFlow for the first time")
        try:
            done = subprocess.run(
                [self._python, "-I", "-c", _CHECK],
                env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=START_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise self.failure(f"TensorFlow's import took longer than {START_SECONDS} s") from error
        if done.returncode:
            last = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
            raise self.failure(f"TensorFlow cannot be imported in it: {last}")
        versions: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return versions

    def _uv(self, *arguments: str) -> UvResult:
        """Run uv; each of its lines is result as it comes."""
        environment = {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
        with subprocess.Popen(
            [*self._find_uv(), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=(self._lock,),  # one that survives us keeps the lock until it ends
        ) as process:
            assert process.stdout is not None
            lines = []
            try:
                for line in process.stdout:
                    lines.append(line.rstrip())
                    self._say(lines[-1])
            except BaseException:
                process.kill()
                raise
        return UvResult(process.returncode, tuple(lines))

    def _find_uv(self) -> tuple[str, ...]:
        """The uv of PATH, else that of our own environment, which need not be on PATH."""
        on_path = shutil.which("uv")
        for command in ((on_path,) if on_path else (), (sys.executable, "-m", "uv")):
            if command and _runs(command):
                return command
        raise self.failure("it is made with uv, which is not here: pip install uv")


def _runs(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def format_account(account: Account) -> str:
    """What is in a target that is made, and how large it is."""
    versions = ", ".join(f"{name} {version}" for name, version in account.versions.items())
    return f"{versions}, {account.size / 1e9:.1f} GB"


def _system_reason(error: OSError, cache: Cache) -> str:
    if error.errno == errno.ENOSPC:
        return _no_room(str(error), cache)
    return (
        f"the folder of the targets = {cache.folder}, but must be one to write into, and to run"
        f" programs from ({error}); choose it with --target-cache or {VARIABLE}"
    )


def _no_room(reason: str, cache: Cache) -> str:
    return (
        f"no space left on the disk ({reason}); it takes up to 2.5 GB: make room, as with"
        " `python -m conformance.targets remove` and `uv cache clean`, or choose another folder"
        f" than {cache.folder} with --target-cache or {VARIABLE}"
    )
