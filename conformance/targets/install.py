"""The installer of named targets: uv makes each one, on demand and once, as its own environment.

A target is made under the lock of its name, beside its final place. It is moved there after
TensorFlow could be imported in it. If that fails or is interrupted, the next try starts from zero.
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

# Settings of uv that would make it use another Python, or another place, than the arguments name
_NOT_INHERITED = ("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_TARGET", "UV_PREFIX", "UV_PROJECT")

# The last line is this script's own, even if TensorFlow prints something
_CHECK = """
import json, platform, numpy, tensorflow
versions = {"python": platform.python_version(), "numpy": numpy.__version__}
versions["tensorflow"] = tensorflow.__version__
print()
print(json.dumps(versions))
"""


def provide(recipe: Recipe, cache: Cache, say: Say | None = None) -> Path:
    """Return the Python of a named target; make it if it is missing, and report the progress.

    Raises:
        TargetNotMade: something is missing; one line says what, and how to get it.
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
    """The installation of one target."""

    def __init__(self, recipe: Recipe, cache: Cache, say: Say) -> None:
        self._recipe = recipe
        self._cache = cache
        self._say = lambda line: say(f"{recipe.name}: {line}")
        self._partial = cache.partial_folder(recipe.name)
        self._python = self._partial / "bin" / "python"

    def make_once(self) -> None:
        """Make the target, or wait for another process that is making it."""
        name = self._recipe.name
        waiting = "another process makes or removes it; waiting"
        with self._cache.lock(name, lambda: self._say(waiting)) as self._lock:
            if not self._cache.has(self._recipe):
                self._cache.discard(name)
                self._make()

    def failure(self, why: str) -> TargetNotMade:
        """Return the error that says why the target could not be made."""
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
            # a half-made target is useless and large; if this fails, the next try reports the cause
            with contextlib.suppress(OSError):
                self._cache.clear(self._recipe.name)
        self._say(f"made in {time.monotonic() - began:.0f} s, {format_account(account)}")

    def _environment(self, python: str) -> None:
        # --relocatable, because it is moved when it is complete; --no-project, because it must not
        # contain the suite; --quiet, unless uv must fetch an interpreter, because uv would explain
        # how to activate an environment that is then moved
        quiet = ("--quiet",) if os.path.isabs(python) else ()
        options = ("--no-project", "--relocatable", "--prompt", self._recipe.name, *quiet)
        result = self._uv("venv", *options, "--python", python, str(self._partial))
        if result.code == 0:
            return
        if result.no_room or os.path.isabs(python):
            raise self.failure(self._reason(result))
        version = self._recipe.python
        raise self.failure(
            f"it needs Python {version}, which is not installed (uv: {result.reason}); install it,"
            f" for example with `uv python install {version}` or `pyenv install {version}`, or add"
            f" a folder with python{version} to PATH"
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
                " address from its own settings, such as UV_DEFAULT_INDEX, and not from pip's"
            )
        return f"uv: {result.reason}"

    def _versions(self) -> dict[str, str]:
        """Return the installed versions; importing TensorFlow shows that the target works."""
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
        """Run uv, and print each of its lines as it comes."""
        environment = {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
        with subprocess.Popen(
            [*self._find_uv(), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=(self._lock,),  # a uv that survives this process holds the lock until it ends
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
        """Return the uv on PATH, else the one of this environment, which may not be on PATH."""
        on_path = shutil.which("uv")
        for command in ((on_path,) if on_path else (), (sys.executable, "-m", "uv")):
            if command and _runs(command):
                return command
        raise self.failure("it is made with uv, which is not installed: pip install uv")


def _runs(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def format_account(account: Account) -> str:
    """Return a line with a target's versions and size."""
    versions = ", ".join(f"{name} {version}" for name, version in account.versions.items())
    return f"{versions}, {account.size / 1e9:.1f} GB"


def _system_reason(error: OSError, cache: Cache) -> str:
    if error.errno == errno.ENOSPC:
        return _no_room(str(error), cache)
    return (
        f"the folder of the targets = {cache.folder}, but must be a folder that can be written and"
        f" can hold programs ({error}); choose another with --target-cache or {VARIABLE}"
    )


def _no_room(reason: str, cache: Cache) -> str:
    return (
        f"no space left on the disk ({reason}); a target takes up to 2.5 GB: make room, for example"
        " with `python -m conformance.targets remove` and `uv cache clean`, or choose another"
        f" folder than {cache.folder} with --target-cache or {VARIABLE}"
    )
