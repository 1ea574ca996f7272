# ruff: noqa: E501 - XML as Google writes it
"""Tracking plans as companies keep them, each with the plan that a person would read in it.

Every builder is one company; its docstring says what is untidy about it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from openpyxl import Workbook

from mpgov.formats.base import How
from tests.formats.workbooks import changed, workbook


@dataclass(frozen=True)
class Untidy:
    """A file, and what it means: a plan, or problems by cell."""

    name: str
    data: bytes
    plan: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    how: How = field(default_factory=How)
    file: str = "plan.xlsx"


CASES: Final[list[Untidy]] = []


def case(
    plan: str = "",
    *,
    problems: tuple[tuple[str, str], ...] = (),
    how: How | None = None,
    file: str = "plan.xlsx",
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Note what a builder makes, and what is expected of it."""

    def note(build: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES.append(Untidy(build.__name__, build(), plan, problems, how or How(), file))
        return build

    return note


@case(
    """
Account Created:
  description: A visitor registered.
  properties:
    method: {type: string, required: true, description: How they did it., examples: [google]}
    newsletter: {type: boolean, required: false, description: Ticked the box., examples: [true]}
Order Placed:
  description: Paid for a cart.
  properties:
    total: {type: number, required: true, description: Sum in EUR., examples: [19.9]}
    coupon: {type: string, required: false, examples: [SAVE10]}
    lines: {type: list, items: object, required: true}
"""
)
def one_flat_sheet() -> bytes:
    """One row a property; the event and what it means repeated on every row."""
    head = ["Event Name", "Event Description", "Property Name", "Data Type", "Mandatory?"]
    register = ["Account Created", "A visitor registered."]
    order = ["Order Placed", "Paid for a cart."]
    return workbook(
        Tracking_Plan=[
            [*head, "Property Description", "Example"],
            [*register, "method", "String", "Yes", "How they did it.", "google"],
            [*register, "newsletter", "Bool", "No", "Ticked the box.", "true"],
            [*order, "total", "Decimal", "Yes", "Sum in EUR.", 19.9],
            [*order, "coupon", "Text", "No", None, "SAVE10"],
            [*order, "lines", "Array of objects", "Yes"],
        ]
    )


@case(
    """
Signed Up: {description: New account., owners: [jane@acme.example], category: Onboarding}
Tour Finished: {description: Saw all steps., owners: [jane@acme.example], category: Onboarding}
Item Added: {description: Put into the cart., owners: [sam@acme.example], category: Shop & Cart}
"""
)
def one_sheet_a_category() -> bytes:
    """The name of a sheet is the category; one sheet only explains."""
    head = ["Event", "Description", "Owner"]
    return workbook(
        README=[["How we name events"], ["Object, then verb in the past."]],
        Onboarding=[
            head,
            ["Signed Up", "New account.", "jane@acme.example"],
            ["Tour Finished", "Saw all steps.", "jane@acme.example"],
        ],
        **{"Shop_&_Cart": [head, ["Item Added", "Put into the cart.", "sam@acme.example"]]},
    )


@case(
    """
Sign Up Completed:
  description: User finishes registration.
  category: Onboarding
  status: live
  owners: [growth@acme.example]
  properties: {signup_method: , plan_type: }
Purchase Completed:
  description: Payment confirmed.
  category: Conversion
  status: expected
  owners: ["team:Payments"]
  properties: {revenue: {type: number}, currency: , plan_type: }
SHARED
plan_type: {type: string, description: Subscription tier., examples: [pro]}
currency: {type: string, examples: [USD, EUR]}
"""
)
def key_properties_as_comma_lists() -> bytes:
    """The table of the implementation guide, with a dictionary of properties beside it."""
    head = ["Event Name", "Category", "Description", "Key Properties", "Owner", "Status"]
    done = "User finishes registration."
    return workbook(
        Events=[
            head,
            ["Sign Up Completed", "Onboarding", done, "signup_method, plan_type",
             "growth@acme.example", "Live"],
            ["Purchase Completed", "Conversion", "Payment confirmed.",
             "revenue (number)\ncurrency\nplan_type", "Payments team", "Planned"],
        ],
        Property_Dictionary=[
            ["Property", "Type", "Description", "Example Values"],
            ["plan_type", "string", "Subscription tier.", "pro"],
            ["currency", "string", None, "USD, EUR"],
        ],
    )  # fmt: skip


@case(
    """
Video Played:
  description: Pressed play.
  owners: [kim@acme.example]
  properties:
    title: {type: string, description: Name of the video.}
    seconds: {type: integer, description: Where it began.}
    autoplay: {type: boolean}
Video Ended:
  description: Reached the end.
  owners: [kim@acme.example]
  properties: {title: {type: string, description: Name of the video.}}
"""
)
def merged_event_cells() -> bytes:
    """Event, description and owner are merged over the rows of their properties."""

    def merge(book: Workbook) -> None:
        for letter in "ABC":
            book["Events"].merge_cells(f"{letter}2:{letter}4")

    head = ["Event", "Description", "Owner", "Property", "Type", "Property description"]
    rows = [
        head,
        ["Video Played", "Pressed play.", "kim@acme.example", "title", "string",
         "Name of the video."],
        [None, None, None, "seconds", "int", "Where it began."],
        [None, None, None, "autoplay", "bool"],
        ["Video Ended", "Reached the end.", "kim@acme.example", "title", "string",
         "Name of the video."],
    ]  # fmt: skip
    return changed(workbook(Events=rows), merge)


@case(
    """
Page Viewed: {description: A page was shown., status: live, category: Navigation}
Search Done: {description: Results were shown., status: expected, category: Navigation}
Paid: {description: Money came., status: deprecated, category: Commerce}
"""
)
def two_title_rows() -> bytes:
    """Titles above, an empty row, gaps between groups, a legend below."""

    def merge(book: Workbook) -> None:
        book["Plan 2026"].merge_cells("A1:D1")
        book["Plan 2026"].merge_cells("A2:D2")

    rows: list[list[str | None]] = [
        ["ACME Inc. | Analytics tracking plan"],
        ["Last updated 2026-03-01 by Jane"],
        [],
        ["Event", "Category", "What it means", "Status"],
        ["Page Viewed", "Navigation", "A page was shown.", "Active"],
        ["Search Done", "Navigation", "Results were shown.", "In progress"],
        [],
        ["Paid", "Commerce", "Money came.", "DEPRECATED"],
        [],
        [],
        ["Legend:"],
        ["Active", "arrives in production"],
        ["In progress", "being built"],
    ]
    return changed(workbook(Plan_2026=rows), merge)


GERMAN = (
    "Ereignis;Beschreibung;Eigenschaft;Datentyp;Pflichtfeld;Beispiel;Verantwortlich\r\n"
    "Kauf abgeschlossen;Jemand hat bezahlt;betrag;Zahl;ja;1.234,50;jörg@acme.example\r\n"
    ";;währung;Text;WAHR;EUR;\r\n"
    ";;gutschein;Text;nein;;\r\n"
    "Seite gezeigt;Eine Seite;;;;;jörg@acme.example\r\n"
)
GERMAN_PLAN = """
Kauf abgeschlossen:
  description: Jemand hat bezahlt
  owners: [jörg@acme.example]
  properties:
    betrag: {type: number, required: true, examples: [1234.50]}
    währung: {type: string, required: true, examples: [EUR]}
    gutschein: {type: string, required: false}
Seite gezeigt: {description: Eine Seite, owners: [jörg@acme.example]}
"""


@case(GERMAN_PLAN, file="plan.csv")
def german_excels_csv() -> bytes:
    """Semicolons, a mark at the beginning, CRLF, decimal commas, German words."""
    return b"\xef\xbb\xbf" + GERMAN.encode()


@case(GERMAN_PLAN, file="plan.csv")
def german_excels_older_csv() -> bytes:
    """The same in Windows-1252."""
    return GERMAN.encode("cp1252")


@case(
    """
Lead Created:
  description: A form was sent.
  owners: [sam@acme.example]
  extra: {Jira: CRM-17, Priority: P1}
  properties:
    source: {type: string, required: true, description: Where from., examples: [ads, seo]}
    score: {type: number, required: false, examples: [12.5]}
Lead Lost:
  description: Said no.
  owners: [sam@acme.example]
"""
)
def header_synonyms() -> bytes:
    """Odd case, line breaks and blanks in headings; hidden rows and columns; unknown columns."""

    def hide(book: Workbook) -> None:
        sheet = book["data"]
        sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["B"].hidden = True

    rows = [
        ["event definition", "EVENT  DESCRIPTION ", "OWNER", "Jira", "Priority", "Parameter Name",
         "Data\nType", "Parameter description", "Required? ", "Sample Value(s)"],
        ["Lead Created", "A form was sent.", "sam@acme.example", "CRM-17", "P1", "source",
         "VARCHAR", "Where from.", "Y", "ads; seo"],
        ["Lead Created", None, None, None, None, "score", "Float", None, "N", 12.5],
        ["Lead Lost", "Said no.", "sam@acme.example"],
    ]  # fmt: skip
    return changed(workbook(data=rows), hide)


@case(
    """
Form Sent:
  properties:
    a: {type: string, required: true}
    b: {type: string, required: false}
    c: {type: string, required: true}
    d: {type: string, required: false}
    e: {type: string, required: true}
    f: {type: string}
    g: {type: string, required: true}
    h: {type: string, required: false}
"""
)
def checkboxes_for_required() -> bytes:
    """Real checkboxes, drawn ones, crosses, and words."""
    answers = [True, False, "☑", "☐", "x", None, "Required", "optional"]
    rows = [
        ["Form Sent", name, "string", one] for name, one in zip("abcdefgh", answers, strict=True)
    ]
    return workbook(Events=[["Event", "Property", "Type", "Required"], *rows])


OWNED: Final = [
    ["Event", "Who", "Description"],
    ["Signed Up", "Jane", "New."],
    ["Paid", "Sam & Tom", "Money."],
    ["Churned", "the Growth team", "Left."],
    ["Refunded", "Sam <sam@acme.example>", "Back."],
]
PEOPLE: Final = {"Jane": "jane@acme.example", "sam": "sam@acme.example", "Tom": "team:Finance"}


@case(
    """
Signed Up: {owners: [jane@acme.example], description: New.}
Paid: {owners: [sam@acme.example, "team:Finance"], description: Money.}
Churned: {owners: ["team:Growth"], description: Left.}
Refunded: {owners: [sam@acme.example], description: Back.}
""",
    how=How(columns={"Who": "owners"}, people=PEOPLE),
)
def owners_by_first_name() -> bytes:
    """mpgov.toml knows the people, and the heading that nobody else would."""
    return workbook(Events=OWNED)


@case(
    problems=(
        ("Events!B2", '"Jane" is no owner'),
        ("Events!B3", '"Sam" is no owner'),
        ("Events!B3", '"Tom" is no owner'),
    ),
    how=How(columns={"Who": "owners"}),
)
def owners_that_nobody_knows() -> bytes:
    """The same without `[people]`: each cell is named, and what to write."""
    return workbook(Events=OWNED)


@case(
    """
App Opened:
  description: The app came to the front.
  trigger: On foreground.
  owners: [kim@acme.example]
  status: live
  properties: {source: , version: {type: string}}
Push Opened:
  description: Tapped a notification.
  trigger: On tap.
  owners: [kim@acme.example]
  status: expected
  properties: {campaign: }
"""
)
def an_event_a_column() -> bytes:
    """The labels go down; every event is a column."""
    return workbook(
        Mobile=[
            ["Event name", "App Opened", "Push Opened"],
            ["Description", "The app came to the front.", "Tapped a notification."],
            ["When it fires", "On foreground.", "On tap."],
            ["Owner", "kim@acme.example", "kim@acme.example"],
            ["Status", "Live", "Planned"],
            ["Properties", "source, version (string)", "campaign"],
        ]
    )


@case(
    """
"007": {description: A made number., sunset_note: x}
""".replace(", sunset_note: x", "")
    + """
"TRUE": {description: A made truth.}
"100000": {description: Was 1e5.}
"2026-03-01": {description: Was a day.}
"NA": {description: Not not-available.}
Purchase Completed: {description: Made by a formula.}
"""
)
def what_excel_made_of_names() -> bytes:
    """Numbers, dates and truth values where names were typed; a formula with its stored value."""

    def fill(book: Workbook) -> None:
        sheet = book["Events"]
        sheet["A2"].number_format = "000"
        sheet["A5"].number_format = "yyyy-mm-dd"

    rows = [
        ["Event", "Description"],
        [7, "A made number."],
        [True, "A made truth."],
        [1e5, "Was 1e5."],
        [date(2026, 3, 1), "Was a day."],
        ["NA", "Not not-available."],
        ["FORMULA", "Made by a formula."],
    ]
    data = changed(workbook(Events=rows), fill)
    old = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                start = part.index(b'<c r="A7"')
                end = part.index(b"</c>", start) + 4
                formula = b'<c r="A7" t="str"><f>"Purchase "&amp;"Completed"</f>'
                part = part[:start] + formula + b"<v>Purchase Completed</v></c>" + part[end:]
            new.writestr(name, part)
    return out.getvalue()


def _google() -> bytes:
    """As Google Sheets writes it (names and order of its parts)."""
    texts = [
        "Event", "Event description", "Deprecated since", "Property", "Type", "Required",
        "Checkout Started", "Opened the checkout.", "items", "integer", "gift", "boolean",
        "Checkout Done", "Bought.", "total", "number",
    ]  # fmt: skip
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    doc = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = "application/vnd.openxmlformats-officedocument"

    def text(at: str, number: int) -> str:
        return f'<c r="{at}" s="1" t="s"><v>{number}</v></c>'

    def tick(at: str, value: int) -> str:
        return f'<c r="{at}" s="3" t="b"><v>{value}</v></c>'

    rows = [
        "".join(text(f"{letter}1", n) for n, letter in enumerate("ABCDEF")),
        text("A2", 6) + text("B2", 7) + '<c r="C2" s="2"><v>46082.0</v></c>' + text("D2", 8)
        + text("E2", 9) + tick("F2", 1),
        text("D3", 10) + text("E3", 11) + tick("F3", 0),
        text("A4", 12) + text("B4", 13) + text("D4", 14) + text("E4", 15) + tick("F4", 1),
    ]  # fmt: skip
    rows += [f'<c r="A{n}" s="1"/><c r="F{n}" s="3"/>' for n in range(5, 200)]
    body = "".join(
        f'<row r="{n}" customFormat="1" s="1">{one}</row>' for n, one in enumerate(rows, 1)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    items = "".join(f"<si><t>{one}</t></si>" for one in texts)
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default ContentType="application/xml" Extension="xml"/><Default ContentType="application/vnd.openxmlformats-package.relationships+xml" Extension="rels"/><Override ContentType="{kinds}.spreadsheetml.worksheet+xml" PartName="/xl/worksheets/sheet1.xml"/><Override ContentType="{kinds}.drawing+xml" PartName="/xl/drawings/drawing1.xml"/><Override ContentType="{kinds}.spreadsheetml.styles+xml" PartName="/xl/styles.xml"/><Override ContentType="{kinds}.spreadsheetml.sharedStrings+xml" PartName="/xl/sharedStrings.xml"/><Override ContentType="{kinds}.spreadsheetml.sheet.main+xml" PartName="/xl/workbook.xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{pack}"><Relationship Id="rId1" Type="{doc}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{pack}"><Relationship Id="rId2" Type="{doc}/styles" Target="styles.xml"/><Relationship Id="rId3" Type="{doc}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId4" Type="{doc}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{doc}"><workbookPr/><sheets><sheet state="visible" name="Sheet1" sheetId="1" r:id="rId4"/></sheets><definedNames/><calcPr/></workbook>',
        "xl/sharedStrings.xml": f'{head}<sst xmlns="{main}" count="{len(texts)}" uniqueCount="{len(texts)}">{items}</sst>',
        "xl/styles.xml": f'{head}<styleSheet xmlns="{main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts><fonts count="1"><font><sz val="10.0"/><name val="Arial"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs><cellStyles count="1"><cellStyle xfId="0" name="Normal" builtinId="0"/></cellStyles><dxfs count="0"/></styleSheet>',
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{main}" xmlns:r="{doc}"><sheetPr><outlinePr summaryBelow="0" summaryRight="0"/></sheetPr><sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetFormatPr customHeight="1" defaultColWidth="12.63" defaultRowHeight="15.75"/><sheetData>{body}</sheetData><dataValidations><dataValidation type="custom" allowBlank="1" showDropDown="1" sqref="F2:F200"><formula1>OR(EQ(F2,TRUE),EQ(F2,FALSE))</formula1></dataValidation></dataValidations><drawing r:id="rId1"/></worksheet>',
        "xl/worksheets/_rels/sheet1.xml.rels": f'{head}<Relationships xmlns="{pack}"><Relationship Id="rId1" Type="{doc}/drawing" Target="../drawings/drawing1.xml"/></Relationships>',
        "xl/drawings/drawing1.xml": f'{head}<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


@case(
    """
Checkout Started:
  description: Opened the checkout.
  deprecated: {since: 2026-03-01}
  properties:
    items: {type: integer, required: true}
    gift: {type: boolean, required: false}
Checkout Done:
  description: Bought.
  properties: {total: {type: number, required: true}}
"""
)
def google_sheets_export() -> bytes:
    """The parts that Google writes, by hand: empty drawings, styled empty rows, serial dates."""
    return _google()
