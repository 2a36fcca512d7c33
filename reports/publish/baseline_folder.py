"""The folder of baselines: a compressed run file for each target, and the suite that made it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.ledger.load import load_ledger
from conformance.targets import registry
from reports.run_files.run_file import Run, read

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "reports" / "baselines"

_MADE_BY = "made-by.json"
# these files decide which cases are judged, and how; the making of targets does not
_DECIDING = ("conformance/**/*.py", "strategies/*.py")


@dataclass(frozen=True)
class Maker:
    """The profile and a digest of the suite that make a baseline.

    A baseline also depends on the ledger's entries that are in force for the target's versions. So
    a new entry about one release does not cause the baseline of another release to be made again.
    """

    profile: str
    suite: str

    @classmethod
    def today(cls, profile: str) -> Maker:
        """Return the maker for the suite as it is now."""
        digest = hashlib.sha256()
        for path in sorted(path for pattern in _DECIDING for path in ROOT.glob(pattern)):
            digest.update(path.read_bytes())
        return cls(profile, _short(digest))

    def to_record(self, versions: Mapping[str, str]) -> dict[str, object]:
        """Return the record of a baseline of a target with these versions."""
        digest = hashlib.sha256()
        for entry in load_ledger(versions).entries:
            digest.update(repr(replace(entry, versions=())).encode())
        return {"profile": self.profile, "suite": self.suite, "ledger": _short(digest),
                "versions": dict(versions)}  # fmt: skip


def _short(digest: hashlib._Hash) -> str:
    return digest.hexdigest()[:16]


class Baselines:
    """Baselines by the names of their targets."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Yield the baselines that exist, in the order of the targets; raise UnreadableRun."""
        for name in registry.read():
            if self.path(name).exists():
                yield name, read(self.path(name))

    def has(self, name: str, maker: Maker) -> bool:
        """Return True if the baseline of a target exists and this maker made it."""
        record = self._made_by().get(name, {})
        versions = record.get("versions")
        return (
            self.path(name).exists()
            and isinstance(versions, dict)
            and record == maker.to_record(versions)
        )

    def keep(self, name: str, run_file: Path, maker: Maker) -> None:
        """Keep a run file as the baseline of a target."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # without a time, the same run gives the same file
        self._write(self.path(name), gzip.compress(run_file.read_bytes(), mtime=0))
        made_by = {**self._made_by(), name: maker.to_record(read(run_file).header.versions)}
        text = json.dumps(dict(sorted(made_by.items())), indent=1) + "\n"
        self._write(self._folder / _MADE_BY, text.encode())

    def size(self) -> int:
        """Return the size of all baselines together, in bytes."""
        return sum(file.stat().st_size for file in self._folder.glob("*.jsonl.gz"))

    def path(self, name: str) -> Path:
        """Return the path of the baseline of a target, which need not exist."""
        return self._folder / f"{name}.jsonl.gz"

    def _made_by(self) -> dict[str, dict[str, object]]:
        try:
            found: dict[str, dict[str, object]] = json.loads((self._folder / _MADE_BY).read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file in one step, so that an interrupt leaves the old or the new one."""
        half = path.with_name(f".{path.name}.partial")
        half.write_bytes(content)
        half.replace(path)
