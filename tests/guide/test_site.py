"""The guide as a site: it builds without a warning, and its pages fit narrow and wide windows, light and dark."""

import pathlib
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT, printed
from tests.guide.pages import GUIDE

_OVERFLOW = """() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return []
    return [...document.querySelectorAll("article *")].filter(e => e.getBoundingClientRect().right > width).map(e => e.outerHTML.slice(0, 80))
}"""
_UNREADABLE = """scheme => {
    const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number); return (0.3 * r + 0.6 * g + 0.1 * b) / 255 }
    const page = light(getComputedStyle(document.body).backgroundColor)
    if ((page > 0.5) != (scheme == "light")) return true
    return Math.abs(page - light(getComputedStyle(document.querySelector("article p")).color)) < 0.4
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The pages, built."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--config-file", str(ROOT / "mkdocs.yml")]
    printed(subprocess.run([*command, "--site-dir", str(folder)], capture_output=True, text=True, check=False))
    return folder


def test_every_page_is_built(site: pathlib.Path) -> None:
    """Strictly: an unknown link, heading or page is an error."""
    built = {str(page.relative_to(site).with_suffix("")) for page in site.rglob("*.html")}
    written = {str(page.relative_to(GUIDE).with_suffix("")).replace("README", "index") for page in GUIDE.rglob("*.md")}
    assert written == built - {"404"}
    assert not list(site.rglob("generate.py"))


def test_nothing_is_fetched_from_elsewhere(site: pathlib.Path) -> None:
    """A page shows without the net, and tells nobody that it was opened."""
    for page in site.rglob("*.html"):
        assert 'src="http' not in page.read_text("utf-8")
        assert 'rel="stylesheet" href="http' not in page.read_text("utf-8")


@pytest.mark.parametrize(("scheme", "pages"), [("light", "*.html"), ("dark", "c*.html")])
def test_pages_fit_the_window(site: pathlib.Path, browser: Any, scheme: str, pages: str) -> None:
    """No page scrolls sideways, and words stand out from what is behind them: the colours are those of the theme on every page."""
    page = browser.new_context(color_scheme=scheme).new_page()
    overflowing, unreadable = {}, []
    for path in sorted(site.rglob(pages)):
        if path.name == "404.html":
            continue
        page.goto(path.as_uri())
        unreadable += [path.name] if page.evaluate(_UNREADABLE, scheme) else []
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(_OVERFLOW):
                page.wait_for_timeout(500)  # a page that is still being laid out has not its last width
            if found := page.evaluate(_OVERFLOW):
                overflowing[path.name, width] = found
    assert not overflowing
    assert not unreadable


def test_the_search_works_from_a_folder(site: pathlib.Path, browser: Any) -> None:
    """Without a server, where browsers refuse workers."""
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    page.click(".md-search__input")
    page.wait_for_function("typeof __index === 'object'")
    page.keyboard.type("set_audio_backend", delay=20)
    page.wait_for_selector(".md-search-result__link")
    found = {link.get_attribute("href") for link in page.query_selector_all(".md-search-result__link")}
    assert (site / "signatures.html").as_uri() + "#set_audio_backend" in found


def test_the_copy_button_takes_commands_only(site: pathlib.Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto((site / "codemod.html").as_uri())
    page.evaluate("document.addEventListener('copy', () => { window.copied = document.activeElement.value })")
    block = page.locator(".language-console").first
    block.hover()
    block.locator("[data-clipboard-target], .md-code__button[title*='opy']").first.click()
    page.wait_for_function("window.copied !== undefined")
    copied = page.evaluate("window.copied")
    assert copied.startswith("python -m compat.codemod")
    assert "$ " not in copied
    assert copied.count("\n") < block.inner_text().count("\n")
