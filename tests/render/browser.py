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
# For every element with a text of its own: its colour against what is painted behind it.
_PALE = """() => {
  const parts = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const light = (rgb) => {
    const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const { rgb, a } = parts(getComputedStyle(e).backgroundColor);
      if (a === 1) return rgb;
      if (a > 0) throw new Error("half transparent");
    }
    throw new Error("nothing behind");
  };
  const found = [];
  let seen = 0;
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility() || e.closest("script, title")) continue;
    seen += 1;
    const style = getComputedStyle(e);
    const color = e.closest("svg") ? style.fill : style.color;
    const [a, b] = [light(parts(color).rgb), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`${e.outerHTML.slice(0, 80)} ${ratio.toFixed(2)}`);
  }
  if (seen < 50) found.push(`only ${seen} texts`);
  return found;
}"""
# What a screen reader, or a person who jumps from heading to heading, would stumble over.
_STUMBLES = """() => {
  const found = [];
  let last = 0;
  for (const h of document.querySelectorAll("h1, h2, h3, h4, h5")) {
    const level = Number(h.nodeName[1]);
    if (level > last + 1) found.push(`h${level} after h${last}: ${h.textContent.slice(0, 40)}`);
    last = level;
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  const twice = ids.filter((id, n) => ids.indexOf(id) !== n);
  found.push(...twice.map((id) => `id ${id} twice`));
  for (const e of document.querySelectorAll("[aria-labelledby]"))
    for (const id of e.getAttribute("aria-labelledby").split(" "))
      if (!document.getElementById(id)) found.push(`no label ${id}`);
  for (const e of document.querySelectorAll("input, select"))
    if (!e.labels.length) found.push(`no label: ${e.name}`);
  for (const e of document.querySelectorAll("th:not([scope])"))
    found.push(`no scope: ${e.textContent}`);
  for (const e of document.querySelectorAll("svg"))
    if (!e.ariaHidden && !(e.role === "img" && e.ariaLabel)) found.push("a nameless picture");
  for (const e of document.querySelectorAll("a[href^='#']")) {
    const id = decodeURIComponent(e.hash.slice(1));
    if (!document.getElementById(id)) found.push(`leads nowhere: ${e.getAttribute("href")}`);
  }
  for (const what of ["main", "header", "nav", "h1", "html[lang]", "head title"])
    if (document.querySelectorAll(what).length !== 1) found.push(`not one ${what}`);
  for (const e of document.querySelectorAll("*"))
    for (const { name, value } of e.attributes) {
      if (/^(?:on.*|style|src|srcset|action)$/.test(name)) found.push(`attribute ${name}`);
      if (name === "href" && !value.startsWith("#")) found.push(`leads away: ${value}`);
    }
  return found;
}"""


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

    def visible(self, what: str) -> int:
        """How many of these can be seen, on the screen or below it."""
        return self.page.locator(what).locator("visible=true").count()

    def pale(self) -> list[str]:
        """Texts that do not stand out from what is behind them as WCAG AA asks."""
        found: list[str] = self.page.evaluate(_PALE)
        return found

    def stumbles(self) -> list[str]:
        """What is wrong with headings, labels, ids, links and attributes."""
        found: list[str] = self.page.evaluate(_STUMBLES)
        return found

    def open_all(self) -> None:
        """Everything that can be folded is opened."""
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")

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


def screenshot(html: str, path: Path | str, width: int, height: int = HEIGHT) -> None:
    """A picture of a page: what a window of that size shows first."""
    with (
        chromium() as browser,
        looked_at(browser, html, width=width, device_scale_factor=1) as look,
    ):
        look.page.set_viewport_size({"width": width, "height": height})
        look.page.screenshot(path=path)
