"""Links within the project lead somewhere, to the heading too. Addresses outside are asked by ``make links`` alone."""

import pathlib
import re

import pytest
from markdown.extensions.toc import slugify

from tests.guide import pages

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)(?P<file>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _prose(page: pathlib.Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def _anchors(page: pathlib.Path) -> set[str]:
    """The headings' names, as the site makes them."""
    return {slugify(re.sub(r"[`*]", "", heading), "-") for heading in _HEADING.findall(_prose(page))}


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_links_lead_somewhere(page: pathlib.Path) -> None:
    """To files of this project, and to headings in them."""
    wrong = []
    for link in _LINK.finditer(_prose(page)):
        target = page.parent / link["file"] if link["file"] else page
        if not target.exists() or (link["anchor"] and link["anchor"] not in _anchors(target)):
            wrong.append(link[0])
    assert not wrong
