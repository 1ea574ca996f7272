"""The reviews of several projects: each one's files, a row each, and one page of them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
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
from mpgov.storage.reviews import read_document, unsigned
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
            document = read_document(folder, span.name)
            if not document:
                file = shown(folder / FOLDER / f"{span.name}.json", Path.cwd())
                raise InputError(f"{file}: cannot be read, and the review was signed off")
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
            quote(f"../{project.name}/{FOLDER}/{span.name}.html"),
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
        span = quarter_meant(around, self.wish.quarter)
        rows = tuple(
            self.rows.get(part.project) or MatrixRow(part.project, problem=part.problem)
            for part in report.parts
        )
        matrix = MatrixReport(span.name, stamp(around.now()), rows)
        paths = [around.settings.exports / FOLDER / f"{span.name}{end}" for end in SUFFIXES]
        for path in paths:
            write_beside(path, draw_matrix(matrix, path.suffix))
        return paths
