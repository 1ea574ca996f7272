"""The reviews of several projects: each one's files, a row each, and one page of them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import sep
from os.path import relpath
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mpgov.core.moment import stamp
from mpgov.core.report import FAIL_LEVELS
from mpgov.core.review_matrix import (
    MatrixReport,
    MatrixRow,
    cells_of,
    numbers_of,
    severities_of,
)
from mpgov.core.several import Part, SeveralReport
from mpgov.core.signature import FOLDER, SUFFIXES
from mpgov.errors import InputError
from mpgov.render.review_json import review_as_json
from mpgov.render.review_matrix import draw_matrix
from mpgov.storage.files import write_beside
from mpgov.storage.reviews import checked, read_document, review_path, unsigned
from mpgov.workflows.notify import notify as tell_team
from mpgov.workflows.plans import shown
from mpgov.workflows.project import Surroundings
from mpgov.workflows.review import ReviewWish, quarter_meant, review, review_news, tokens_of
from mpgov.workflows.review_files import signatures_of, write_review


@dataclass(slots=True)
class ReviewSeveral:
    """One review of several projects; a review that was signed off is taken as it is."""

    plan: str | None
    wish: ReviewWish
    again: bool
    fail_on: str
    notify: bool = False
    rows: dict[str, MatrixRow] = field(default_factory=dict)

    def part(self, around: Surroundings) -> Part:
        """Make and write one project's review; its row."""
        project = around.project()
        span = quarter_meant(around, self.wish.quarter)
        signed = () if self.again else signatures_of(around, project, span)
        folder = around.folder(project)
        if signed:
            document = _signed(folder, span.name)
        else:
            path = self.plan or around.plan()
            report = review(path, around, self.wish, tokens_of(around, project))
            write_review(around, project, report)
            if self.notify:
                around.notify(f"{project.name}: {tell_team(around, review_news(report))}")
            document = review_as_json(report)
        row = MatrixRow(
            project.name,
            numbers_of(document),
            len(unsigned(folder)),
            signed[-1].told if signed else "",
            str(review_path(folder, span.name, ".html")),
        )
        self.rows[str(around.project_name)] = row
        return Part(cells_of(row), document, self._verdict(document))

    def _verdict(self, document: object) -> int:
        if self.fail_on == "never" or not isinstance(document, dict):
            return 0
        worst = FAIL_LEVELS.index(self.fail_on)
        return int(any(FAIL_LEVELS.index(one) <= worst for one in severities_of(document)))

    def write(self, report: SeveralReport, arounds: Sequence[Surroundings]) -> list[Path]:
        """Write the page of all projects, with those that failed; where it is."""
        around = arounds[0]
        quarter = quarter_meant(around, self.wish.quarter).name
        folder = around.settings.exports / FOLDER
        paths = [folder / f"{quarter}{suffix}" for suffix in SUFFIXES]
        for path in paths:
            write_beside(path, self.drawn(report, arounds, path))
        return paths

    def drawn(
        self, report: SeveralReport, arounds: Sequence[Surroundings], path: Path | None = None
    ) -> str:
        """The report of all projects as that file would hold it; as the page among the exports."""
        around = arounds[0]
        quarter = quarter_meant(around, self.wish.quarter).name
        path = path or around.settings.exports / FOLDER / f"{quarter}.html"
        rows = tuple(
            _linked(self.rows.get(part.project), path.parent)
            or MatrixRow(part.project, problem=part.problem)
            for part in report.parts
        )
        return draw_matrix(MatrixReport(quarter, stamp(around.now()), rows), path.suffix)


def _linked(row: MatrixRow | None, folder: Path) -> MatrixRow | None:
    """The row with the address of its page as seen from a file in the folder."""
    if row is None:
        return None
    return replace(row, page=quote(relpath(row.page, folder).replace(sep, "/")))


def _signed(folder: Path, quarter: str) -> Mapping[str, Any]:
    """The JSON of a review that was signed off; refused where a signed file is not what it was."""
    for one, problem in checked(folder):
        if problem and one.quarter == quarter:
            file = shown(folder / one.file, Path.cwd())
            raise InputError(
                f"{file}: {problem} since {one.told} signed it off",
                hint="sign off what is there now, or --again writes the review anew",
            )
    document = read_document(folder, quarter)
    if not document:
        file = shown(review_path(folder, quarter, ".json"), Path.cwd())
        raise InputError(f"{file}: cannot be read, and the review was signed off")
    return document
