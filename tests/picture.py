"""The README's pictures, of the workbook and of the pages: `make picture`."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest

from mpgov.formats import plan_excel, plan_yaml
from mpgov.formats.base import Source
from mpgov.render.audit_page import audit_page
from tests.formats.test_office import SHOP, convert
from tests.render import audit_samples
from tests.render.browser import HEIGHT, screenshot
from tests.review_house import reviewed
from tests.tools import needed

TARGET = Path(__file__).parents[1] / ".github" / "images" / "workbook"
PAGE = 2  # the sheet Events
HEIGHTS = {"review-1440": 1658}


def main() -> None:
    """LibreOffice prints the demo plan's workbook; the page is cut to what is on it."""
    catalog = plan_yaml.loads([Source("shop.yaml", SHOP.read_bytes())]).catalog
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shop.xlsx").write_bytes(plan_excel.dumps(catalog))
        out = convert("pdf", folder, [folder / "shop.xlsx"])
        page = ["-f", str(PAGE), "-l", str(PAGE), "-singlefile", "-r", "120", "-png"]
        cut = ["-x", "40", "-y", "112", "-W", "1320", "-H", "280"]
        command = [needed("pdftoppm"), *page, *cut, str(out / "shop.pdf"), str(TARGET)]
        subprocess.run(command, check=True)
    print(TARGET.with_suffix(".png"))
    for name, page in (("audit", audit_page(audit_samples.shop())), ("review", _review())):
        for width in (1440, 360):
            picture = TARGET.with_name(f"{name}-{width}.png")
            screenshot(page, picture, width, height=HEIGHTS.get(picture.stem, HEIGHT))
            print(picture)


def _review() -> str:
    """The page of the seeded shop's fourth quarter."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        return reviewed(Path(folder), patch).file("2026-Q4.html")


if __name__ == "__main__":
    main()
