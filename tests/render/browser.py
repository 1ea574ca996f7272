"""A real browser for the pages: Debian's chromium, with everything it complains of written down."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.tools import needed

HEIGHT = 900


@dataclass
class Look:
    """A page that is open, and what happened on it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """No error, no dialog, and no request but for the file itself."""
        assert self.complaints == []
        assert self.dialogs == []
        assert {address.partition("#")[0] for address in self.requests} == {self.address}

    def fits(self) -> bool:
        """Nothing is wider than the window, and nothing is cut off in the rows of a list."""
        return bool(
            self.page.evaluate(
                "document.scrollingElement.scrollWidth <= innerWidth"
                " && [...document.querySelectorAll('main *')].every(e =>"
                " !e.checkVisibility() || e.closest('svg, select, .sr, thead')"
                " || e.matches('.bar, input, .jump ul') || e.scrollWidth <= e.clientWidth + 6"
                " || getComputedStyle(e).display.startsWith('inline'))"
            )
        )


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for a while."""
    path = needed("chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def looked_at(
    browser: Browser, html: str, *, width: int = 1440, dark: bool = False, **context: Any
) -> Iterator[Look]:
    """A page opened from a file, as somebody opens what was sent to them."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "page.html"
        file.write_bytes(html.encode())
        window: BrowserContext = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            color_scheme="dark" if dark else "light",
            **context,
        )
        page = window.new_page()
        look = Look(page, file.as_uri())
        page.on("console", lambda said: look.complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: look.complaints.append(str(error)))
        page.on("request", lambda request: look.requests.append(request.url))
        page.on("dialog", lambda dialog: (look.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(look.address)
        try:
            yield look
        finally:
            window.close()


def screenshot(
    html: str, path: Path | str, width: int, dark: bool = False, whole: bool = False
) -> None:
    """A picture of a page: what a window of that width shows first, or all of it."""
    with (
        chromium() as browser,
        looked_at(browser, html, width=width, dark=dark, device_scale_factor=1) as look,
    ):
        look.page.screenshot(path=path, full_page=whole)
