"""The README's pictures, of the workbook and of the audit's page: `make picture`."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from mpgov.formats import plan_excel, plan_yaml
from mpgov.formats.base import Source
from mpgov.render.audit_page import audit_page
from tests.formats.test_office import SHOP, convert
from tests.render import audit_samples
from tests.render.browser import screenshot
from tests.tools import needed

TARGET = Path(__file__).parents[1] / ".github" / "images" / "workbook"
PAGE = 2  # the sheet Events


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
    page = audit_page(audit_samples.shop())
    for width in (1440, 360):
        picture = TARGET.with_name(f"audit-{width}.png")
        screenshot(page, picture, width)
        print(picture)


if __name__ == "__main__":
    main()
