"""The scripts of a run file's deviations, run: each must exit with 1 if the deviation is present.

    python -m tests.reproducers RUN --python PY [--expect 1]

PY is the Python of the run, or another one; use `--expect 0` for one in which the clauses hold.
TensorFlow is imported once, and a new process is forked from there for each script. With `--apart`
each script starts its own Python.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.results.verdict import Error, Verdict
from reports.reproducer.choose import LONGEST, script_of
from reports.run_files.run_file import Run, UnreadableRun, locate, read

SHORTEST = 10
PRESENT, ABSENT, CANNOT_TELL = 1, 0, 2
_OF_ONE_CAUSE = {"InvalidArgumentError", "TypeError", "ValueError"}
_SECONDS = 300
_LEGACY = "TF_USE_LEGACY_KERAS"

# This runs inside the target. It forks a process for each script that standard input names.
_FORKING = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if sys.argv[1] == "legacy":
    try:
        import tf_keras
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
    except ImportError:
        pass
import runpy
import tensorflow
for path in sys.stdin.read().split():
    sys.stdout.flush()
    child = os.fork()
    if not child:
        with open(path + ".out", "w") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        try:
            runpy.run_path(path, run_name="__main__")
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException as error:
            print(repr(error))
            code = 3
        sys.stdout.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    print(path, os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status))
"""


@dataclass(frozen=True)
class Script:
    """A script in a file, and the verdict that it is for."""

    path: Path
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class Ended:
    """The exit code of a script, and its output."""

    script: Script
    code: int
    words: str

    def otherwise(self, expected: int) -> str | None:
        """Return what is wrong: the exit code, or the error that was seen; None if all is well."""
        if self.code != expected:
            return f"exit {self.code}, but must be {expected}"
        seen, before = self._error, Error.from_observation(self.script.verdict.observation or {})
        if expected == PRESENT and not _is_one_cause(seen, before.name if before else None):
            run = before.name if before else "no error"
            return f"exit {self.code} with {seen or 'no error'}, but the run has seen {run}"
        return None

    @property
    def _error(self) -> str | None:
        """The class of the error that the script reports."""
        found = re.findall(r"^seen: (\w+): ", self.words, re.MULTILINE)
        return found[-1] if found else None


def _is_one_cause(one: str | None, other: str | None) -> bool:
    """Return True if both have one cause; for some causes the sizes decide the error's class."""
    return one == other or {one, other} <= _OF_ONE_CAUSE


def write_scripts(
    run: Run, folder: Path, clause: str | None = None
) -> tuple[list[Script], Counter[str]]:
    """Write the scripts of a run's deviations to files; count the reasons for missing scripts."""
    scripts, lacking = [], Counter[str]()
    for number, verdict in enumerate(run.verdicts):
        if not verdict.deviates or clause not in (None, verdict.clause):
            continue
        made = script_of(verdict, run)
        if not made.text:
            lacking[made.why_not] += 1
            continue
        path = folder / f"{number}.py"
        path.write_text(made.text, encoding="utf-8")
        scripts.append(Script(path, verdict, made.text))
    return scripts, lacking


def run_together(scripts: Sequence[Script], python: str) -> Iterator[Ended]:
    """Run each script in a new process that is forked after the import of TensorFlow."""
    for which in ("legacy", "as it is"):
        mine = {str(s.path): s for s in scripts if (_LEGACY in s.text) == (which == "legacy")}
        if not mine:
            continue
        done = subprocess.run(
            [python, "-c", _FORKING, which],
            input="\n".join(mine),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{python} cannot run scripts: {done.stderr.strip()[-500:]}")
        codes = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines() if " " in line)
        for path, script in mine.items():
            output = Path(f"{path}.out")
            words = (
                output.read_text(errors="replace") if output.exists() else "the script was not run"
            )
            yield Ended(script, int(codes.get(path, "4")), words)


def run_apart(scripts: Sequence[Script], python: str) -> Iterator[Ended]:
    """Run each script with its own Python, as a person would."""
    for script in scripts:
        done = subprocess.run(
            [python, str(script.path)],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        yield Ended(script, done.returncode, done.stdout + done.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and count the scripts; return 1 if one exits otherwise or has too many lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.reproducers", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--python", default=sys.executable, metavar="PY")
    parser.add_argument("--expect", type=int, default=1, choices=(0, 1))
    parser.add_argument("--clause")
    parser.add_argument("--apart", action="store_true")
    options = parser.parse_args(arguments)
    try:
        run = read(locate(options.run))
    except UnreadableRun as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    with tempfile.TemporaryDirectory() as folder:
        scripts, lacking = write_scripts(run, Path(folder), options.clause)
        running = run_apart if options.apart else run_together
        ended = list(running(scripts, options.python))
    wrong = [one for one in ended if one.otherwise(options.expect)]
    long = [s for s in scripts if not SHORTEST <= len(s.text.splitlines()) <= LONGEST]
    for one in wrong:
        verdict = one.script.verdict
        about = (verdict.clause, verdict.path, verdict.cell, verdict.mode, verdict.malformation)
        print(
            f"{one.otherwise(options.expect)}: {' '.join(part for part in about if part)}:", end=""
        )
        print(f" {one.words[-300:]!r}")
    for script in long:
        print(f"{len(script.text.splitlines())} lines: {script.verdict.clause}", end=" ")
        print(f"{script.verdict.path} {script.verdict.cell}")
    for why, count in lacking.most_common():
        print(f"{count} without: {why}")
    print(f"{len(ended)} scripts, {len(ended) - len(wrong)} exit {options.expect}; ", end="")
    print(f"{sum(lacking.values())} deviations have none; {len(long)} are too long")
    return 1 if wrong or long else 0


if __name__ == "__main__":
    sys.exit(main())
