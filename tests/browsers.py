"""The system's Chromium, which the tests of pages drive."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests import isolation

# the first one is Chromium without its windows, which opens a page in a quarter of the time
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def program() -> str:
    """Its path; a test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium here: tests/system-packages.sh installs it")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Launch a browser of Playwright's."""
    api = pytest.importorskip("playwright.sync_api", reason="pages are tested with Playwright")
    path = program()
    with api.sync_playwright() as playwright:
        # the last one: no process for Chromium's own pages, which takes a second of a core
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-features=PreloadTopChromeWebUI"]
        made = playwright.chromium.launch(executable_path=path, args=arguments, env=isolation.without_home())
        yield made
        made.close()
