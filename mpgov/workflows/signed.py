"""Whether what was signed off is still there, byte for byte: `history verify` asks here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mpgov.storage.reviews import checked
from mpgov.workflows.plans import shown


@dataclass(frozen=True, slots=True)
class SignedFiles:
    """What there is to say of a project's signed files: those as they were, and the problems."""

    kept: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def signed_files(folder: Path) -> SignedFiles:
    """Check every file of a project that somebody signed off."""
    kept: list[str] = []
    problems: list[str] = []
    for one, problem in checked(folder):
        file = shown(folder / one.file, Path.cwd())
        if problem:
            problems.append(f"{file}: {problem} since {one.told} signed it off")
        else:
            kept.append(f"{file}: as {one.told} signed it off")
    return SignedFiles(tuple(kept), tuple(problems))
