"""Two runs compared, as data; how that is shown is no matter here.

Nothing is netted: each thing that was judged is in one change, with both verdicts.
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
    """Two runs compared.

    `refusals` say why nothing can be concluded, `gaps` why not all could be compared; `notes` are
    worth knowing.
    """

    old: Run
    new: Run
    changes: tuple[Change, ...]
    defaults: tuple[DefaultChange, ...]
    refusals: tuple[str, ...]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]

    def of_kind(self, kind: str) -> list[Change]:
        """The changes of one kind, in order."""
        return [change for change in self.changes if change.change_type == kind]

    @functools.cached_property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind, the worst first."""
        counted = Counter(change.change_type for change in self.changes)
        return {kind: counted[kind] for kind in CHANGE_KINDS}

    @property
    def worse(self) -> int:
        """How many things got worse."""
        return sum(self.counts[kind] for kind in WORSE)

    @property
    def exit_code(self) -> int:
        """0: all that OLD judged is no worse in NEW; 1: something is; 2: that cannot be told."""
        if self.refusals:
            return 2
        return 1 if self.worse else 2 if self.gaps else 0


def compare_runs(old: Run, new: Run) -> Comparison:
    """The comparison of two runs."""
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
    told = was is not None and now is not None
    if was is not None and crossing:
        was = {keras3_name(name): options for name, options in was.items()}
    return Comparison(
        old,
        new,
        tuple(changes),
        tuple(of_defaults.changed(was or {}, now or {})) if told else (),
        tuple(_refusals(old, new, changes)),
        tuple(_gaps(old, new, changes, crossing)),
        (*_notes(old, new), *([_CROSSED] if crossing else [])),
    )


_CROSSED = "`tf.keras` is Keras 2 in OLD and Keras 3 in NEW: each is held against the other"


def _refusals(old: Run, new: Run, changes: Sequence[Change]) -> Iterator[str]:
    for name, run in {"OLD": old, "NEW": new}.items():
        if run.header.old:
            yield f"{name} holds two targets against each other itself: compare runs of one target"
    for option in ("profile", "seed"):
        was, now = (run.header.options.get(option) for run in (old, new))
        if was != now:
            yield (
                f"OLD was run with {option} {was} and NEW with {option} {now}: other cases were "
                "drawn, so what differs need not be the version's doing"
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
        yield f"{count} that OLD judged {'is' if count == 1 else 'are'} missing from NEW: {why}"


def _reason(change: Change, absent: Mapping[str, str | None], crossing: bool) -> str:
    """Why something was not judged; of paths that are absent for one reason, that reason."""
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
            yield f"{name} does not tell the defaults"
        if run.footer and run.footer.other_failures:
            yield f"{name}: {run.footer.other_failures} tests failed and gave no new deviation"
