"""The comparison of two runs as data; other modules show it.

No change cancels another: each subject is in one change, with both verdicts.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.results import default_changes as of_defaults
from conformance.results.change_kinds import CHANGE_KINDS, REMOVED, WORSE
from conformance.results.default_changes import DefaultChange
from conformance.results.verdict import PAIRED
from reports.compare import changes as of_verdicts
from reports.compare.align import is_crossing, keras3_name, pair_verdicts
from reports.compare.changes import Change
from reports.run_files.families import rank
from reports.run_files.run_file import Run


@dataclass(frozen=True)
class Comparison:
    """The comparison of two runs.

    `refusals` say why nothing can be concluded, and `gaps` say why some verdicts could not be
    compared. `notes` are further facts that a reader should know.
    """

    old: Run
    new: Run
    changes: tuple[Change, ...]
    defaults: tuple[DefaultChange, ...]
    refusals: tuple[str, ...]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]

    def of_kind(self, kind: str) -> list[Change]:
        """Return the changes of one kind, in order."""
        return [change for change in self.changes if change.change_type == kind]

    @functools.cached_property
    def counts(self) -> dict[str, int]:
        """The number of changes of each kind, the worst first."""
        counted = Counter(change.change_type for change in self.changes)
        return {kind: counted[kind] for kind in CHANGE_KINDS}

    @property
    def worse(self) -> int:
        """The number of verdicts that got worse."""
        return sum(self.counts[kind] for kind in WORSE)

    @property
    def exit_code(self) -> int:
        """0: NEW is no worse in anything that OLD judged; 1: it is worse; 2: it cannot be told."""
        if self.refusals:
            return 2
        return 1 if self.worse else 2 if self.gaps else 0


def compare_runs(old: Run, new: Run) -> Comparison:
    """Compare two runs."""
    kinds = list(CHANGE_KINDS)
    crossing = is_crossing(old.header.versions, new.header.versions)
    changes = sorted(
        map(of_verdicts.change, pair_verdicts(old.verdicts, new.verdicts, crossing)),
        key=lambda change: (
            kinds.index(change.change_type),
            not change.verdict.deviates,
            rank(change.verdict),
            change.modes,
        ),
    )
    was, now = old.header.defaults, new.header.defaults
    recorded = was is not None and now is not None
    if was is not None and crossing:
        was = {keras3_name(name): options for name, options in was.items()}
    return Comparison(
        old,
        new,
        tuple(changes),
        tuple(of_defaults.find_changes(was or {}, now or {})) if recorded else (),
        tuple(_refusals(old, new, changes)),
        tuple(_gaps(old, new, changes, crossing)),
        (*_notes(old, new), *([_CROSSED] if crossing else [])),
    )


_CROSSED = "`tf.keras` is Keras 2 in OLD and Keras 3 in NEW: they are compared with each other"


def _refusals(old: Run, new: Run, changes: Sequence[Change]) -> Iterator[str]:
    for name, run in {"OLD": old, "NEW": new}.items():
        if run.header.old:
            yield f"{name} compares two targets itself: name runs of one target each"
    for option in ("profile", "seed"):
        was, now = (run.header.options.get(option) for run in (old, new))
        if was != now:
            yield (
                f"OLD was run with {option} {was} and NEW with {option} {now}: other cases were "
                "drawn, so the version need not be the cause of a difference"
            )
    if all(
        of_verdicts.missing_reason(one.old) or of_verdicts.missing_reason(one.new)
        for one in changes
    ):
        yield "nothing was judged in both"


def _gaps(old: Run, new: Run, changes: Sequence[Change], crossing: bool) -> Iterator[str]:
    for name, run in {"OLD": old, "NEW": new}.items():
        for warning in run.warnings:
            yield f"{name}: {warning}"
    absent = {path["name"]: path.get("missing") for path in new.header.paths}
    removed = [change for change in changes if change.change_type == REMOVED]
    reasons = Counter(_reason(change, absent, crossing) for change in removed)
    for why, count in reasons.most_common():
        yield f"{_verdicts(count)} missing from NEW: {why}"


def _verdicts(count: int) -> str:
    return "1 verdict of OLD is" if count == 1 else f"{count} verdicts of OLD are"


def _reason(change: Change, absent: Mapping[str, str | None], crossing: bool) -> str:
    """Return why a subject was not judged; for an absent path, why it is absent."""
    path = keras3_name(change.verdict.path) if crossing else change.verdict.path
    reasons = {absent.get(one) for one in path.split(PAIRED)} - {None, ""}
    return "; ".join(sorted(filter(None, reasons))).rstrip(".") or change.why


def _notes(old: Run, new: Run) -> Iterator[str]:
    was, now = old.header, new.header
    if was.suite != now.suite:
        yield f"OLD was judged by suite {was.suite}, NEW by {now.suite}"
    if was.options.get("strict") != now.options.get("strict"):
        yield "the ledger was ignored in one of the runs only"
    for name, run in {"OLD": old, "NEW": new}.items():
        if run.header.defaults is None:
            yield f"{name} did not record the defaults"
        if run.footer and run.footer.other_failures:
            yield f"{name}: {run.footer.other_failures} tests failed and gave no new deviation"
