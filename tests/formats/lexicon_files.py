"""CSV files of Lexicon as Mixpanel sends them, written by hand after the documentation."""

from __future__ import annotations

import csv
import io
from pathlib import Path

TWENTY = (Path(__file__).parent / "lexicon" / "twenty.csv").read_text("utf-8")


def _four_more(line: str) -> str:
    """A line of the newer file: four columns more after Event Dropped."""
    cells = next(csv.reader(io.StringIO(line, newline="")))
    head = cells[0] == "Entity Type"
    more = ["Event First Queried By", "Event First Queried", "Event Last Queried By"]
    queried = ["jane@acme.example", "2024-02-01", "sam@acme.example", "2026-10-30"]
    new = [*more, "Event Last Queried"] if head else queried if cells[0] == "event" else [""] * 4
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([*cells[:9], *new, *cells[9:]])
    return out.getvalue()


def _records(text: str) -> list[str]:
    lines, open_ = [], ""
    for line in text.splitlines(keepends=True):
        open_ += line
        if open_.count('"') % 2 == 0:
            lines.append(open_)
            open_ = ""
    return lines


TWENTY_FOUR = "".join(_four_more(line) for line in _records(TWENTY))

OLD_LABELS = (
    TWENTY.replace("Entity Name", "Event")
    .replace("Entity Display Name", "Event Display Name")
    .replace("Entity Description", "Event Description")
    .replace("Event Volume", "Event Volume (30 Days)")
    .replace("Property Volume", "Property Volume (30 Days)")
)
# Opened and saved by a German Excel.
GERMAN = (
    ("\ufeff" + TWENTY.replace(",Purchase Completed,,", ",Purchase Completed,Kauf,"))
    .replace(",", ";")
    .replace("How; and", "How, and")
    .replace("TRUE", "WAHR")
    .replace("FALSE", "FALSCH")
    .replace("\n", "\r\n")
)
