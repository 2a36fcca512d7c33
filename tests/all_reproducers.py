"""The scripts of all baselines, run: ``python -m tests.all_reproducers [NAME...] [--page]``.

Each script is run on the target of its baseline. There it must exit with 1 and see an error of the
same class as the baseline, if the baseline has an error. If the script's clause holds in another
baseline, the script is also run on the nearest such target. There it must exit with 0. If it cannot
tell there, for example because the target lacks an option, it is run on the next target. The
results stay in reports/out/reproducers.jsonl, so that the command can continue after an interrupt.
`--page` writes the counts into docs/internals/reproducers.md. The exit code is 0 if every script
did what it must.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from conformance.cli import add_target_cache, exit_code
from conformance.errors import ConformanceError
from conformance.results.verdict import HOLDS, Verdict
from conformance.targets.cache import Cache
from reports.publish.baseline_folder import FOLDER, ROOT, Baselines
from reports.publish.make_baselines import progress
from reports.reproducer.choose import LONGEST
from reports.run_files.run_file import Run
from tests.reproducers import (
    ABSENT,
    CANNOT_TELL,
    PRESENT,
    SHORTEST,
    Script,
    run_together,
    write_scripts,
)

KEPT = ROOT / "reports" / "out" / "reproducers.jsonl"
PAGE = ROOT / "docs" / "internals" / "reproducers.md"
_UNTOLD = f"exit {CANNOT_TELL},"


@dataclass(frozen=True)
class Batch:
    """Scripts of a baseline that are run on one target and must all have one exit code."""

    baseline: str
    target: str
    expected: int
    scripts: Sequence[Script]

    @property
    def digest(self) -> str:
        """A digest of the target and of the texts of the scripts."""
        texts = "\0".join([self.target, *(script.text for script in self.scripts)])
        return hashlib.sha256(texts.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Done:
    """The result of a batch: the number of scripts, and those that did not do what they must."""

    baseline: str
    target: str
    expected: int
    digest: str
    scripts: int
    otherwise: Mapping[str, str]  # what is wrong, by the subject of a script

    def leave_out(self, others: Sequence[Script]) -> Done:
        """Return the same result without some scripts."""
        left_out = {_words(script.verdict) for script in others}
        otherwise = {about: what for about, what in self.otherwise.items() if about not in left_out}
        return dataclasses.replace(self, scripts=self.scripts - len(others), otherwise=otherwise)


@dataclass(frozen=True)
class Row:
    """The counts of a baseline."""

    baseline: str
    deviations: int
    without: int
    too_long: int
    present: int
    absent: int
    otherwise: int

    def __str__(self) -> str:
        return f"| {' | '.join(map(str, asdict(self).values()))} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the scripts that were not run yet, and print those that do not do what they must."""
    parser = argparse.ArgumentParser(prog="python -m tests.all_reproducers", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="baselines (default: all)")
    parser.add_argument("--folder", type=Path, default=FOLDER, metavar="DIR")
    parser.add_argument("--kept", type=Path, default=KEPT, metavar="FILE")
    parser.add_argument("--page", action="store_true", help="write docs/internals/reproducers.md")
    add_target_cache(parser)
    options = parser.parse_args(arguments)
    interrupted = "interrupted; the same command continues"
    return exit_code("tests.all_reproducers", lambda: _run(options), interrupted)


def _run(options: argparse.Namespace) -> int:
    runs = dict(Baselines(options.folder).runs())
    names = options.names or list(runs)
    unknown = [name for name in names if name not in runs]
    if unknown:
        raise ConformanceError(f"no baseline of {', '.join(unknown)} in {options.folder}")
    kept = _Kept(options.kept, Cache.choose(options.target_cache))
    others = _Others(runs)
    rows, wrong = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            mine = Path(folder) / name
            mine.mkdir()
            scripts, lacking = write_scripts(runs[name], mine)
            there = kept.done(Batch(name, name, PRESENT, scripts))
            done = [there, *_run_elsewhere(name, scripts, others, kept)]
            rows.append(_row(name, scripts, lacking, done))
            wrong += rows[-1].otherwise
            progress(_progress_text(rows[-1], done))
    if options.page:
        PAGE.write_text(_page(rows), encoding="utf-8")
    return int(wrong > 0)


def _run_elsewhere(
    name: str, scripts: Sequence[Script], others: _Others, kept: _Kept, tried: int = 0
) -> Iterator[Done]:
    """Run the scripts on targets where their clauses hold; skip the first `tried` targets."""
    by_target: dict[str, list[Script]] = {}
    for script in scripts:
        for target in others.holding(name, script.verdict)[tried : tried + 1]:
            by_target.setdefault(target, []).append(script)
    untold: list[Script] = []
    for target, held in by_target.items():
        done = kept.done(Batch(name, target, ABSENT, held))
        cannot = [s for s in held if _UNTOLD in done.otherwise.get(_words(s.verdict), "")]
        onward = [s for s in cannot if others.holding(name, s.verdict)[tried + 1 :]]
        untold += onward
        yield done.leave_out(onward)
    if untold:
        yield from _run_elsewhere(name, untold, others, kept, tried + 1)


@dataclass(frozen=True)
class _Others:
    """All baselines, in their order."""

    runs: Mapping[str, Run]
    _verdicts: dict[str, dict[_Place, list[Verdict]]] = field(default_factory=dict)

    def holding(self, name: str, verdict: Verdict) -> list[str]:
        """Return the other baselines in which a verdict's clause holds in its modes, nearest first.

        A baseline is left out if one of the verdict's entries in the ledger is in force there, even
        if no drawn case met that entry.
        """
        names = list(self.runs)
        by_distance = sorted(names, key=lambda other: abs(names.index(other) - names.index(name)))
        return [other for other in by_distance if self._holds(other, verdict)]

    def _holds(self, other: str, verdict: Verdict) -> bool:
        in_force = self.runs[other].header.ledger or {}
        found = [
            one
            for one in self._by_place(other).get(_place(verdict), ())
            if None in (one.mode, verdict.mode) or one.mode == verdict.mode
        ]
        holds = bool(found) and all(one.verdict == HOLDS for one in found)
        return holds and not any(entry in in_force for entry in verdict.ledger)

    def _by_place(self, other: str) -> dict[_Place, list[Verdict]]:
        if other not in self._verdicts:
            places = self._verdicts.setdefault(other, {})
            for verdict in self.runs[other].verdicts:
                places.setdefault(_place(verdict), []).append(verdict)
        return self._verdicts[other]


_Place = tuple[str | None, ...]


def _place(verdict: Verdict) -> _Place:
    return (verdict.clause, verdict.path, verdict.cell, verdict.malformation)


def _words(verdict: Verdict) -> str:
    return " ".join(part for part in (*_place(verdict), verdict.mode) if part)


class _Kept:
    """The results of earlier runs, a line for each batch."""

    def __init__(self, path: Path, cache: Cache) -> None:
        self._path = path
        self._cache = cache

    @functools.cached_property
    def _known(self) -> dict[str, Done]:
        if not self._path.exists():
            return {}
        lines = self._path.read_text(encoding="utf-8").splitlines()
        try:
            found = [Done(**json.loads(line)) for line in lines]
        except (ValueError, TypeError) as error:
            raise ConformanceError(f"{self._path}: {error}; remove the file") from error
        return {done.digest: done for done in found}

    def done(self, batch: Batch) -> Done:
        """Return the result of a batch; run it if it was not run before."""
        if batch.digest not in self._known:
            done = _run_batch(batch, self._cache)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(done)) + "\n")
            self._known[batch.digest] = done
        return self._known[batch.digest]


def _run_batch(batch: Batch, cache: Cache) -> Done:
    if cache.account(batch.target) is None:
        raise ConformanceError(
            f"{batch.target} is not made: python -m conformance.targets make {batch.target}"
        )
    ran = run_together(batch.scripts, str(cache.interpreter(batch.target)))
    found = {_words(one.script.verdict): one.otherwise(batch.expected) for one in ran}
    otherwise = {words: what for words, what in found.items() if what}
    return Done(
        batch.baseline, batch.target, batch.expected, batch.digest, len(batch.scripts), otherwise
    )


def _row(name: str, scripts: Sequence[Script], lacking: Counter[str], done: Sequence[Done]) -> Row:
    without = sum(lacking.values())
    well = Counter[int]()
    for one in done:
        well[one.expected] += one.scripts - len(one.otherwise)
    lengths = [len(script.text.splitlines()) for script in scripts]
    return Row(
        name,
        len(scripts) + without,
        without,
        sum(not SHORTEST <= length <= LONGEST for length in lengths),
        well[PRESENT],
        well[ABSENT],
        sum(len(one.otherwise) for one in done),
    )


def _progress_text(row: Row, done: Sequence[Done]) -> str:
    wrong = [
        f"  on {one.target} {what}: {about}"
        for one in done
        for about, what in one.otherwise.items()
    ]
    counts = f"{row.present} exit 1, {row.absent} exit 0 elsewhere, {row.otherwise} otherwise"
    return "\n".join([f"{row.baseline}: {row.deviations} deviations: {counts}", *wrong])


_HEAD = """\
# Scripts

The pages of `python -m reports matrix` and `compare` have a script for each deviation. It is the
script that `python -m reports repro` prints. Each script of the baselines in the table was
run on its own target. There it must exit 1 and see the kind of error that the baseline has. If the
clause holds on other targets, the script was also run on the nearest of them. There it must exit 0.
If the clause holds on no other target, there is no such second run.

    python -m conformance.targets make --all
    python -m tests.all_reproducers --page

`without` counts the deviations that have no script. `too long` counts the scripts that do not have
ten to forty lines. `otherwise` counts the scripts that do not do what they must.

| baseline | deviations | without | too long | exit 1 | exit 0 elsewhere | otherwise |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def _page(rows: Sequence[Row]) -> str:
    numbers = [[value for value in asdict(row).values() if isinstance(value, int)] for row in rows]
    together = " | ".join(str(sum(column)) for column in zip(*numbers, strict=True))
    lines = [*map(str, rows), f"| together | {together} |"]
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
