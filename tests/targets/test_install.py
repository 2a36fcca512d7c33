"""The installation of named targets: real processes, and a stand-in for uv."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance.errors import TargetBusy, TargetNotMade
from conformance.targets import install
from conformance.targets.cache import VARIABLE, Cache
from conformance.targets.registry import Recipe, read
from conformance.targets.uv_errors import UvResult
from tests import support

NAME = "tf2.15"
PACKAGES = read()[NAME].packages

# Makes an environment with a TensorFlow of one line; the variables INSTALLS and VENVS make it fail
UV = """#!{python}
import os, subprocess, sys, time
from pathlib import Path

log = Path(os.environ["STAND_IN_LOG"])
folder = log.parent


def fail(lines):
    for line in lines:
        print(line, file=sys.stderr, flush=True)
    sys.exit(2)


def venv(arguments):
    python, place = arguments[arguments.index("--python") + 1], arguments[-1]
    does = os.environ.get("VENVS")
    if does == "no room":
        fail(["error: Failed to create", "  cause: No space left on device (os error 28)"])
    if not os.path.isabs(python):
        fail(["error: No interpreter found for Python " + python])
    subprocess.run([python, "-m", "venv", "--without-pip", "--symlinks", place], check=True)


def install(arguments):
    place = Path(arguments[arguments.index("--python") + 1]).parents[1]
    (site,) = place.glob("lib/python*/site-packages")
    (site / "numpy.py").write_text("__version__ = '1.0'")
    does = os.environ.get("INSTALLS")
    print("Resolved 2 packages", file=sys.stderr, flush=True)
    if does == "waits":
        (site / "left_over.py").write_text("")
        while not (folder / "go").exists():
            time.sleep(0.02)
    if does == "no room":
        fail(["error: Failed to install: x", "  cause: No space left on device (os error 28)"])
    if does == "no index":
        fail(["error: Failed to fetch: x", "  cause: error sending request for x"])
    if does == "no solution":
        fail(["error: No solution found", "  cause: there is no version of x==99", "", "hint: y"])
    if does == "killed":
        os.kill(os.getpid(), 9)
    text = "raise ImportError('made for another CPU')" if does == "broken" else ""
    (site / "tensorflow.py").write_text("__version__ = '2.15.1'\\n" + text)


with log.open("a") as file:
    print(*sys.argv[1:], file=file)
if sys.argv[1] == "--version":
    print("uv 0.0")
elif sys.argv[1] == "venv":
    venv(sys.argv[2:])
else:
    install(sys.argv[3:])
"""


def write_program(file: Path, text: str) -> Path:
    file.write_text(text)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def _heed_interrupts() -> None:
    """Let the process handle interrupts: a shell's background processes ignore them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Machine:
    """A machine with a stand-in uv and Python 3.11, and nothing else on PATH."""

    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def programs(self) -> Path:
        return self.folder / "bin"

    @property
    def cache(self) -> Cache:
        return Cache(self.folder / "cache")

    def environment(self, **given: str) -> dict[str, str]:
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("UV_", "PYTEST_"))}
        nothing = str(self.folder / "nothing")
        return {
            **ours,
            "PATH": str(self.programs),
            "HOME": str(self.folder),
            "PYENV_ROOT": nothing,
            "UV_PYTHON_INSTALL_DIR": nothing,
            "STAND_IN_LOG": str(self.folder / "log"),
            VARIABLE: str(self.cache.folder),
            **given,
        }

    def start(self, *arguments: str, **given: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "conformance.targets", *arguments],
            cwd=support.ROOT,
            env=self.environment(**given),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_heed_interrupts,
        )
        self.started.append(process)
        return process

    def run(self, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **given)
        out, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, out, errors)

    def uv_calls(self, word: str) -> list[str]:
        """Return the commands of uv that start with a word."""
        log = self.folder / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line for line in lines if line.startswith(word)]

    def go(self) -> None:
        """Let the stand-ins that wait go on."""
        (self.folder / "go").touch()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    machine.programs.mkdir()
    write_program(machine.programs / "uv", UV.format(python=sys.executable))
    write_program(machine.programs / "python3.11", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    yield machine
    machine.go()
    for process in machine.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def versions(python: str) -> str:
    code = "import numpy, tensorflow; print(numpy.__version__, tensorflow.__version__)"
    done = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the complaint, which must be the last line, after the output of uv."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    (complaint,) = [line for line in done.stderr.splitlines() if line.startswith("target ")]
    assert complaint == done.stderr.splitlines()[-1]
    return complaint


def makes_it(machine: Machine) -> None:
    done = machine.run("make", NAME)
    assert done.returncode == 0, done.stderr
    assert versions(done.stdout.strip()) == "1.0 2.15.1"
    assert not machine.cache.partial_folder(NAME).exists()


# --- successes ------------------------------------------------------------------------------------


def test_it_is_made_once_and_prints_its_progress(machine: Machine) -> None:
    first = machine.run("make", NAME)
    assert first.returncode == 0, first.stderr
    assert versions(first.stdout.strip()) == "1.0 2.15.1"
    lines = first.stderr.splitlines()
    assert all(line.startswith(f"{NAME}: ") for line in lines)
    assert PACKAGES[0] in lines[0]
    assert f"{NAME}: Resolved 2 packages" in lines
    assert "tensorflow 2.15.1" in lines[-1]
    assert machine.uv_calls("pip install")[0].endswith(" ".join(PACKAGES))
    again = machine.run("make", NAME)
    assert (again.stdout, again.stderr) == (first.stdout, "")
    assert len(machine.uv_calls("venv")) == len(machine.uv_calls("pip install")) == 1


def test_a_package_is_installed_without_its_dependencies(machine: Machine) -> None:
    recipe = read()["tf2.21-keras2"]
    assert machine.run("make", recipe.name).returncode == 0
    whole, alone = machine.uv_calls("pip install")
    assert whole.endswith(" ".join(recipe.packages))
    assert "--no-deps" not in whole
    assert alone.endswith("--no-deps " + " ".join(recipe.alone))


def test_several_at_once_make_one(machine: Machine) -> None:
    several = [machine.start("make", NAME) for _ in range(4)]
    ended = [process.communicate(timeout=60) for process in several]
    assert [process.returncode for process in several] == [0, 0, 0, 0], ended
    assert len({out for out, _ in ended}) == 1
    assert len(machine.uv_calls("venv")) == len(machine.uv_calls("pip install")) == 1
    assert versions(ended[0][0].strip()) == "1.0 2.15.1"


def test_one_that_comes_later_says_that_it_waits(machine: Machine) -> None:
    first = machine.start("make", NAME, INSTALLS="waits")
    wait_until(lambda: machine.uv_calls("pip install"))
    second = machine.start("make", NAME)
    assert second.stderr is not None
    assert second.stderr.readline() == f"{NAME}: another process makes or removes it; waiting\n"
    machine.go()
    assert second.communicate(timeout=60)[0] == first.communicate(timeout=60)[0]
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(machine.uv_calls("venv")) == len(machine.uv_calls("pip install")) == 1


def test_another_name_need_not_wait(machine: Machine) -> None:
    machine.start("make", NAME, INSTALLS="waits")
    wait_until(lambda: machine.uv_calls("pip install"))
    assert machine.run("make", "tf2.14").returncode == 0


def test_a_run_with_workers_makes_it_once(machine: Machine) -> None:
    cache = machine.folder / "another folder"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "conformance", "--target", NAME, "-n", "2",
         "--target-cache", str(cache), "--report", str(machine.folder)],
        cwd=support.ROOT, env=machine.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert len(machine.uv_calls("pip install")) == 1
    assert Cache(cache).account(NAME) is not None
    assert f"{NAME}: Resolved 2 packages" in done.stderr
    # this TensorFlow has one line
    assert done.returncode == 4
    assert f"target {NAME}: {Cache(cache).interpreter(NAME)} cannot be used" in done.stderr


def test_a_changed_recipe_is_made_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in machine.environment().items():
        monkeypatch.setenv(name, value)
    lines: list[str] = []
    for packages in (("a==1",), ("a==1",), ("a==2",)):
        install.provide(Recipe("mine", "3.11", packages), machine.cache, lines.append)
    assert [line.split()[-1] for line in machine.uv_calls("pip install")] == ["a==1", "a==2"]


def test_one_whose_python_is_gone_is_made_again(machine: Machine) -> None:
    makes_it(machine)
    machine.cache.interpreter(NAME).unlink()
    makes_it(machine)
    assert len(machine.uv_calls("venv")) == 2


# --- failures -------------------------------------------------------------------------------------

FAILURES = {
    "no room": "no space left on the disk (Failed to install: x: No space left on device",
    "no index": "the package index cannot be reached (uv: Failed to fetch: x: error sending",
    "no solution": "uv: No solution found: there is no version of x==99",
    "killed": "uv: Resolved 2 packages (signal 9)",
    "broken": "TensorFlow cannot be imported in it: ImportError: made for another CPU",
}


@pytest.mark.parametrize("does", FAILURES)
def test_a_failure_is_reported_in_one_line_and_the_next_try_works(
    machine: Machine, does: str
) -> None:
    complaint = last_line(machine.run("make", NAME, INSTALLS=does))
    assert complaint.startswith(f"target {NAME} could not be made: {FAILURES[does]}")
    assert machine.cache.names() == []
    makes_it(machine)


def test_no_room_for_the_environment(machine: Machine) -> None:
    complaint = last_line(machine.run("make", NAME, VENVS="no room"))
    assert "no space left on the disk" in complaint
    assert "--target-cache" in complaint
    makes_it(machine)


def test_a_missing_interpreter(machine: Machine) -> None:
    complaint = last_line(machine.run("make", "tf2.0"))
    assert (
        "target tf2.0 could not be made: it needs Python 3.7, which is not installed" in complaint
    )
    assert "`uv python install 3.7`" in complaint
    assert "No interpreter found for Python 3.7" in complaint
    write_program(machine.programs / "python3.7", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    assert machine.run("make", "tf2.0").returncode == 0


def test_a_shim_that_refuses_is_no_interpreter(machine: Machine) -> None:
    write_program(machine.programs / "python3.7", "#!/bin/sh\nexit 127\n")
    assert "it needs Python 3.7, which is not installed" in last_line(machine.run("make", "tf2.0"))


def test_no_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(TargetNotMade, match="uv, which is not installed: pip install uv"):
        install.provide(read()[NAME], Cache(tmp_path / "cache"), lambda line: None)


def test_a_folder_that_cannot_be_written(machine: Machine) -> None:
    machine.cache.folder.write_text("a file")
    complaint = last_line(machine.run("make", NAME))
    assert f"the folder of the targets = {machine.cache.folder}, but must be" in complaint


def test_killed_half_way(machine: Machine) -> None:
    first = machine.start("make", NAME, INSTALLS="waits")
    wait_until(lambda: list(machine.cache.folder.rglob("left_over.py")))
    first.kill()
    first.communicate()
    assert not machine.cache.has(read()[NAME])
    # uv survives the driver, and must not write into the target that the next driver makes
    second = machine.start("make", NAME)
    assert second.stderr is not None
    assert "another process makes or removes it" in second.stderr.readline()
    assert len(machine.uv_calls("venv")) == 1
    machine.go()
    out, errors = second.communicate(timeout=60)
    assert second.returncode == 0, errors
    assert versions(out.strip()) == "1.0 2.15.1"
    assert not list(machine.cache.folder.rglob("left_over.py"))
    assert len(machine.uv_calls("venv")) == 2


def test_interrupted_half_way(machine: Machine) -> None:
    process = machine.start("make", NAME, INSTALLS="waits")
    wait_until(lambda: list(machine.cache.folder.rglob("left_over.py")))
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert errors.splitlines()[-1] == "interrupted"
    assert "Traceback" not in errors
    assert machine.cache.names() == []
    makes_it(machine)


def test_after_one_failure_the_next_target_is_made(machine: Machine) -> None:
    done = machine.run("make", "tf2.0", NAME)
    assert done.returncode == 1
    assert "it needs Python 3.7" in done.stderr
    assert machine.cache.has(read()[NAME])


# --- the command ----------------------------------------------------------------------------------


def test_the_list(machine: Machine) -> None:
    makes_it(machine)
    done = machine.run("list")
    assert done.returncode == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines()[:-1:2]}
    assert set(lines) == set(read())
    assert "made: python 3" in lines[NAME]
    assert lines["tf2.14"].endswith("not made")
    assert lines["tf2.0"].endswith("not made; Python 3.7 is not installed")
    assert str(machine.cache.folder) in done.stdout.splitlines()[-1]


def test_all_that_can_be_made(machine: Machine) -> None:
    (machine.programs / "python3.11").rename(machine.programs / "python3.8")
    done = machine.run("make", "--all")
    assert done.returncode == 0
    made = [name for name, recipe in read().items() if recipe.python == "3.8"]
    assert sorted(machine.cache.names()) == sorted(made)
    assert "left out: tf1.15, tf2.0, tf2.1 (Python 3.7 is not installed)" in done.stderr
    assert machine.run("remove", "--all").returncode == 0
    assert machine.cache.names() == []


def test_remove(machine: Machine) -> None:
    makes_it(machine)
    assert machine.run("remove", NAME).stdout == f"removed {NAME}\n"
    assert machine.cache.names() == []
    done = machine.run("remove", NAME)
    assert done.returncode == 2
    assert f"not made: {NAME}" in done.stderr
    makes_it(machine)


def test_a_target_is_not_removed_while_it_is_made(machine: Machine) -> None:
    machine.start("make", NAME, INSTALLS="waits")
    wait_until(lambda: machine.uv_calls("pip install"))
    assert "another process makes or removes it; try again later" in last_line(
        machine.run("remove", NAME)
    )
    with pytest.raises(TargetBusy), machine.cache.lock(NAME):
        pass


def test_a_half_made_target_is_removed_with_all(machine: Machine) -> None:
    machine.cache.partial_folder("tf2.1").mkdir(parents=True)
    assert machine.run("remove", "--all").stdout == "removed tf2.1\n"
    assert not machine.cache.partial_folder("tf2.1").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("make", "tf9.9"), "no such target: tf9.9"),
        (("make",), "give names, or --all"),
        (("remove", "--all", NAME), "give names, or --all"),
    ],
)
def test_a_wrong_command(machine: Machine, arguments: tuple[str, ...], complaint: str) -> None:
    done = machine.run(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr.splitlines()[-1]


def test_the_choice_of_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "variable"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert Cache.choose(str(tmp_path / "option")).folder == tmp_path / "option"
    assert Cache.choose().folder == tmp_path / "variable"
    monkeypatch.delenv(VARIABLE)
    assert Cache.choose().folder == tmp_path / "caches" / "rnn-state-conformance" / "targets"


# --- the real uv ----------------------------------------------------------------------------------


REAL_UV = Path(sys.executable).with_name("uv")  # of the version that the suite asks for


@pytest.mark.skipif(not REAL_UV.is_file(), reason="uv is not installed here")
def test_the_real_uv(machine: Machine) -> None:
    (machine.programs / "uv").unlink()
    (machine.programs / "uv").symlink_to(REAL_UV)
    wheels = machine.folder / "wheels"
    wheels.mkdir()
    # nothing is fetched, whichever of these variables a uv reads
    nowhere = "http://127.0.0.1:9/simple"
    offline = {"UV_OFFLINE": "1", "UV_DEFAULT_INDEX": nowhere, "UV_INDEX_URL": nowhere}
    offline["UV_CACHE_DIR"] = str(machine.folder / "uv")
    complaint = last_line(machine.run("make", NAME, **offline))
    assert "the package index cannot be reached (uv: " in complaint
    make_wheel(wheels, "tensorflow_cpu", "2.15.1")
    done = machine.run("make", NAME, UV_FIND_LINKS=str(wheels), **offline)
    assert done.returncode == 0, done.stderr
    assert versions(done.stdout.strip()) == "1.0 2.15.1"


def make_wheel(folder: Path, name: str, version: str) -> None:
    """Make a wheel with a TensorFlow and a NumPy of one line each."""
    about = f"{name}-{version}.dist-info"
    files = {
        "numpy.py": "__version__ = '1.0'",
        "tensorflow.py": f"__version__ = '{version}'",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{about}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for file, text in {**files, f"{about}/RECORD": record}.items():
            wheel.writestr(file, text)


PRINTED = {
    "as uv prints it now": (
        ("Resolved 4 packages", "error: Failed to fetch: x", "  cause: a", "  cause: b", "hint: c"),
        "Failed to fetch: x: b",
    ),
    "as uv printed it before": (
        ("  \N{MULTIPLICATION SIGN} No solution found:", "  ╰─▶ Because a and b"),
        "No solution found: Because a and b",
    ),
    "no error": (("Resolved", ""), "Resolved (exit code 2)"),
    "nothing": ((), "it printed nothing (exit code 2)"),
}


@pytest.mark.parametrize("name", PRINTED)
def test_the_reason_of_uv_in_one_line(name: str) -> None:
    lines, reason = PRINTED[name]
    assert UvResult(2, lines).reason == reason
