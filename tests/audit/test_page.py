"""The page, in a browser: it opens, sorts, filters, draws, plays, and is used by keyboard alone."""

import contextlib
import itertools
import json
import operator
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from compat.audit.classes import CLASSES
from compat.audit.cli import main
from compat.audit.options import Terms
from compat.audit.reporting import page as reporting
from compat.audit.reporting.drawing import Drawing
from compat.audit.reporting.page import page
from compat.audit.rows import Row
from tests.audit import planted
from tests.audit.runs import result
from tests.tables import table

ROWS = 50_000
TERMS = Terms("2.0:global:sox_io", "2.2:dispatcher")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The report of a small planted set."""
    root = tmp_path_factory.mktemp("page")
    planted.make(root, 50, seconds=2.0, every=1, sounds=1)
    report = root / "audit.html"
    arguments = ("--from", "2.1:ffmpeg", "--to", "2.2:ffmpeg", root / "old", "--against", root / "new", "--report", report, "--quiet")
    assert main([*map(str, arguments), "--results", str(root / "audit.jsonl")]) == 2
    return report


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A report of 50,000 rows."""
    names = list(CLASSES)
    rows = [
        Row(f"/data/{number % 97:02}/{number:05}.wav", names[number % 7], f"note {number}", rms=(number * 7919 % ROWS) / ROWS, seconds=1.0)
        for number in range(ROWS)
    ]
    path = tmp_path_factory.mktemp("large") / "audit.html"
    path.write_text("".join(page(result(rows, TERMS), rows, {})), encoding="utf-8")
    return path


def made(*rows: Row, **fields: Any) -> pathlib.Path:
    """The report of these rows."""
    path = pathlib.Path("audit.html").resolve()
    path.write_text("".join(page(result(rows, TERMS, **fields), rows, {})), encoding="utf-8")
    return path


@contextlib.contextmanager
def opened(browser: Any, path: pathlib.Path, **options: Any) -> Iterator[Any]:
    """Open a page in the browser; it must not complain, nor ask for anything."""
    complaints: list[str] = []
    shown = browser.new_page(viewport={"width": 1300, "height": 900}, **options)
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    shown.on("request", lambda request: complaints.append(request.url) if request.url.startswith("http") else None)
    shown.goto(path.as_uri())
    yield shown
    shown.close()
    assert complaints == []


def test_it_needs_nothing_else(audited: pathlib.Path) -> None:
    text = audited.read_text(encoding="utf-8")
    assert "http:" not in text
    assert "https:" not in text
    assert text.count("<script") == 2


HARM = Row("/data/b/worst.mp3", "error_to", "cannot read '/data/b/worst.mp3': it is cut", to_error="it is cut")
MOVED = Row(
    "/data/a/moved.mp3", "shifted", "the new side lacks 1105 frames", largest=0.75, rms=0.25, left_largest=2e-6, left_rms=1e-7, shift=1105,
    from_backend="sox", to_backend="ffmpeg",
)  # fmt: skip
CHANGED = Row("/data/a/changed.wav", "different", "from frame 0 on", largest=0.5, rms=0.125)
KEPT = Row("/data/a/kept.wav", "identical")
EVIL = Row("</script><img src=x onerror=alert(1)>.wav", "different", "<b>bold</b>", rms=0.5, from_error="<i>")
RMS, SCALED = "[data-sort=rms]", "#kinds button >> text=scaled"
FOCUS, CHOSEN = "document.activeElement.id", "document.getElementById('table').getAttribute('aria-activedescendant')"
TEXTS = "(chosen) => [...document.querySelectorAll(chosen)].map((one) => one.textContent)"
LINES = "(chosen) => [...document.querySelectorAll(chosen)].map((one) => [...one.children].map((cell) => cell.textContent))"
COUNT = "(chosen) => document.querySelectorAll(chosen).length"
# what the first rows show in a column
FIRST = (
    "([column, rows]) => [...document.querySelectorAll(`#rows .row > :nth-child(${column})`)].slice(0, rows).map((one) => one.textContent)"
)
EVERY_CLASS = """(start) => { const shown = [...document.querySelectorAll('#rows .row > :nth-child(2)')];
    return shown.length > 0 && shown.every((one) => one.textContent.startsWith(start)); }"""
DESCENDING = """() => { const shown = [...document.querySelectorAll('#rows .row > :nth-child(5)')].map((one) => Number(one.textContent));
    return shown.length > 10 && shown[0] > 0.999 && shown.every((value, at) => !at || value <= shown[at - 1]); }"""
HEADS = ["identical", "shifted", "different", "only the new side fails"]
SHARED = "shifted: the only one is mp3 (of 2 such files): libsox keeps the encoder's padding of an mp3; FFmpeg and libsndfile drop it"
Steps = list[tuple[str, *tuple[Any, ...]]]
# a page, by its fixture or its rows, and steps: a method of Playwright's page, its arguments, and what it must return
SCENES: dict[str, tuple[str | tuple[Row, ...], Steps]] = {
    "it opens with its counts": ("audited", [
        ("evaluate", TEXTS, "#kinds button", ["10 metadata differ", "10 other length", "10 shifted", "10 scaled", "10 only the new side fails"]),
        ("inner_text", "#said", "50 of 50 rows"),
        ("evaluate", "document.querySelectorAll('#rows .row').length > 10", True),
    ]),
    "it sorts": ("large", [
        ("click", f"{RMS} button", None),
        ("get_attribute", RMS, "aria-sort", "descending"),
        ("evaluate", DESCENDING, True),
        ("click", f"{RMS} button", None),
        ("get_attribute", RMS, "aria-sort", "ascending"),
        ("evaluate", FIRST, [5, 1], ["0"]),
        ("click", "#worst", None),
        ("get_attribute", RMS, "aria-sort", "none"),
        ("evaluate", FIRST, [1, 2], ["00/00000.wav", "01/00001.wav"]),
        ("focus", "[data-sort=path] button", None),
        ("keyboard.press", "Enter", None),
        ("get_attribute", RMS, "aria-sort", "none"),
        ("evaluate", FIRST, [1, 2], ["00/00000.wav", "00/00097.wav"]),
    ]),
    "it filters": ("large", [
        ("fill", "#filter", "49999", None),
        ("evaluate", FIRST, [1, 9], ["44/49999.wav"]),
        ("inner_text", "#said", "1 of 50,000 rows"),
        ("fill", "#filter", "shifted 4321", None),
        ("evaluate", EVERY_CLASS, "shifted", True),
        ("fill", "#filter", "nothing has this", None),
        ("evaluate", COUNT, "#rows .row", 0),
        ("press", "#filter", "Escape", None),
        ("click", SCALED, None),
        ("evaluate", EVERY_CLASS, "scaled", True),
        ("get_attribute", SCALED, "aria-pressed", "true"),
    ]),
    "it is used by keyboard alone": ("audited", [
        ("keyboard.press", "/", None),
        ("evaluate", FOCUS, "filter"),
        ("keyboard.type", "flac scaled", None),
        ("keyboard.press", "ArrowDown", None),
        ("evaluate", FOCUS, "table"),
        ("evaluate", CHOSEN, "row-0"),
        ("get_attribute", "#row-0", "aria-selected", "true"),
        ("keyboard.press", "Enter", None),
        ("evaluate", FOCUS, "detail"),
        ("evaluate", "document.querySelector('#detail h2').innerText.includes('flac/')", True),
        *[("keyboard.press", key, None) for key in ("Escape", "/", "Escape", "ArrowDown", "End")],
        ("evaluate", CHOSEN, "row-49"),
        *[("keyboard.press", key, None) for key in ("PageUp", "ArrowUp")],
        ("evaluate", f"((place) => 10 < place && place < 48)(Number({CHOSEN}.slice(4)))", True),
        ("keyboard.press", "Home", None),
        ("evaluate", CHOSEN, "row-0"),
    ]),
    "what cannot be drawn says so": ("audited", [
        ("fill", "#filter", "ogg new side fails", None),
        ("press", "#filter", "ArrowDown", None),
        ("evaluate", COUNT, "#detail canvas", 0),
        ("evaluate", "document.getElementById('detail').innerText.includes('cannot read')", True),
    ]),
    "nothing in a name is taken for HTML": ((EVIL,), [
        ("focus", "#table", None),
        ("inner_text", "#detail h2", EVIL.path),
        ("evaluate", COUNT, "img, b b, i", 0),
        ("evaluate", "document.body.innerText.includes(\"Every file's row is in <results>.\")", True),
    ]),
    "it opens on the worst": ("audited", [
        ("get_attribute", "#table", "aria-activedescendant", "row-0"),
        ("evaluate", "document.getElementById('detail').innerText.includes('only the new side fails')", True),
        ("evaluate", "document.querySelector('#detail h2').innerText.endsWith(`/old/${document.querySelector('#rows .row > *').textContent}`)", True),
        ("evaluate", "document.activeElement === document.body", True),  # the keyboard is where it was
    ]),
    "it opens on none where all are the same": ((KEPT, KEPT), [
        ("evaluate", "document.getElementById('detail').innerText.includes('Choose a file')", True),
    ]),
    "aligned differences are told apart": ((MOVED, CHANGED), [
        ("evaluate", TEXTS, ".head > *", ["File", "Class", "What", "Largest", "RMS", "Aligned", "Seconds"]),
        ("evaluate", FIRST, [4, 2], ["0.75", "0.5"]),
        ("evaluate", FIRST, [5, 2], ["0.25", "0.125"]),
        ("evaluate", FIRST, [6, 2], ["1.0e-7", ""]),
        ("evaluate", LINES, "#detail tr", [
            ["difference", "largest", "RMS"],
            ["not aligned: frame by frame", "0.75", "0.25"],
            ["aligned: shift 1105 frames undone", "2.0e-6", "1.0e-7"],
        ]),
        ("click", "#rows >> text=changed.wav", None),
        ("evaluate", COUNT, "#detail tr", 2),
        ("click", "[data-sort=left_rms] button", None),
        ("evaluate", FIRST, [1, 9], ["moved.mp3", "changed.wav"]),
    ]),
    "the common folder is said once": ((HARM, MOVED, KEPT), [
        ("evaluate", FIRST, [1, 9], ["b/worst.mp3", "a/moved.mp3", "a/kept.wav"]),
        ("inner_text", "#folder", "All files of the table are in /data/."),
        ("evaluate", FIRST, [3, 1], ["cannot read 'b/worst.mp3': it is cut"]),
        ("inner_text", "#detail h2", "/data/b/worst.mp3"),  # to be copied
        ("evaluate", "document.body.innerText.split('/data/').length - 1", 2),
    ]),
    "it says what the files of a class share": ((HARM, MOVED, CHANGED, KEPT), [
        ("inner_text", "#shared", SHARED),
        ("click", "#breakdown summary", None),
        ("evaluate", LINES, "#breakdown tr", [
            ["format", *HEADS], ["mp3", "", "1", "", "1"], ["wav", "1", "", "1", ""],
            ["backend", *HEADS], ["none", "1", "", "1", "1"], ["sox -> ffmpeg", "", "1", "", ""],
            ["folder", *HEADS], ["a/", "1", "1", "1", ""], ["b/", "", "", "", "1"],
        ]),
        ("set_viewport_size", {"width": 390, "height": 900}, None),
        ("evaluate", "document.documentElement.scrollWidth <= 390", True),
    ]),
}  # fmt: skip


@table("shown, steps", SCENES)
def test_what_it_shows_and_does(shown: str | tuple[Row, ...], steps: Steps, browser: Any, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(shown) if isinstance(shown, str) else made(*shown, results="<results>")
    with opened(browser, path) as page:
        for number, (method, *arguments, answer) in enumerate(steps):
            assert operator.attrgetter(method)(page)(*arguments) == answer, (number, method, arguments)


def test_50_000_rows_are_few_elements(browser: Any, large: pathlib.Path) -> None:
    """Wherever it is scrolled to; and neither a letter in the filter nor a sort takes long enough to be felt as a stall."""
    with opened(browser, large) as page:
        for where in (0, 0.5, 1):
            page.evaluate("(where) => { const box = document.getElementById('rows'); box.scrollTop = where * box.scrollHeight; }", where)
            page.wait_for_timeout(100)
            assert 10 < page.locator("#rows .row").count() < 60
        assert page.locator("#rows .row").last.get_attribute("aria-rowindex") == str(ROWS + 1)
        assert page.evaluate("document.getElementsByTagName('*').length") < 700
        took = page.evaluate(
            "() => { const begun = performance.now(); filter.value = '1'; narrow(); sorted = {name: 'rms', down: true}; arrange(); draw();"
            " return performance.now() - begun; }"
        )
        assert took < 5000  # a stall, on any machine; it is 0.1 s here


def test_there_is_a_limit_to_the_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst are heard, as many as fit; the others are still drawn."""
    monkeypatch.setattr(reporting, "_SOUND_BYTES", 25)
    drawings = {name: Drawing(name, old=f"outline {name}", old_sound="s" * 6, new_sound="t" * 6) for name in "abc"}
    text = "".join(page(result([]), [], drawings))
    data = json.loads(text.partition("id='data'>")[2].partition("</script>")[0])
    assert [drawing["old"] for drawing in data["drawings"]] == ["outline a", "outline b", "outline c"]
    assert [(drawing["old_sound"], drawing["new_sound"]) for drawing in data["drawings"]] == [("s" * 6, "t" * 6)] * 2 + [("", "")]


LONG = Row(f"/data/{'speaker-0001/' * 20}utterance-7.wav", "different", "from frame 7 on; " * 20, rms=0.5, seconds=1.0)
ENDS = """() => [...document.querySelectorAll('#rows .row')].map((row) => {
    const path = row.firstElementChild, cell = path.getBoundingClientRect(), words = path.firstElementChild.getBoundingClientRect();
    return [words.width > cell.width, Math.round(words.right) <= Math.round(cell.right)];
})"""


CUT = """() => [...document.querySelectorAll('#rows .row > :nth-child(3)')].filter((cell) => cell.scrollWidth > cell.clientWidth ||
    cell.scrollHeight > cell.clientHeight || cell.getBoundingClientRect().bottom > cell.parentElement.getBoundingClientRect().bottom).length"""


@pytest.mark.parametrize(("width", "least"), [(1300, 28), (700, 28), (390, 52)])
def test_a_long_path_shows_its_end_and_a_long_reason_all_of_it(width: int, least: int, browser: Any) -> None:
    """And nothing is wider than the window, however narrow that is."""
    with opened(browser, made(LONG, Row("/data/other.wav", "different", rms=0.1))) as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(ENDS) == [[True, True], [False, True]]
        assert page.evaluate(CUT) == 0
        (top, first), (bottom, second) = page.eval_on_selector_all(
            "#rows .row", "(all) => all.map((one) => [one.offsetTop, one.offsetHeight])"
        )
        assert (top, bottom, second) == (0, first, least)
        assert 2 * least < first < 450


INK = """() => [...document.querySelectorAll('#detail canvas')].map((canvas) => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let drawn = 0;
    for (let at = 3; at < pixels.length; at += 4) drawn += pixels[at] > 0;
    return [drawn / (canvas.width * canvas.height), [...canvas.getContext('2d').fillStyle].join('')];
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_draws_and_plays(scheme: str, browser: Any, audited: pathlib.Path) -> None:
    with opened(browser, audited, color_scheme=scheme) as page:
        page.fill("#filter", "wav shifted")
        page.press("#filter", "ArrowDown")
        page.wait_for_selector("#detail canvas")
        old, new, apart, left = page.evaluate(INK)
        for ink, _ in (old, new, apart):
            assert 0.02 < ink < 0.9
        assert left[0] < 0.03  # the shift explains all of it: a flat line
        assert len({colour for _, colour in (old, new, apart)}) == 3
        captions = page.locator("#detail figcaption").all_inner_texts()
        assert captions[0].startswith("2.1:dispatcher:ffmpeg")
        assert page.locator("#detail audio").count() == 2
        if page.evaluate("document.createElement('audio').canPlayType('audio/flac')"):
            page.wait_for_function("[...document.querySelectorAll('audio')].every((one) => one.readyState > 0)")
            seconds = page.eval_on_selector_all("#detail audio", "(all) => all.map((one) => one.duration)")
            assert seconds[0] == pytest.approx(2.0, abs=0.05)
            assert seconds[1] < seconds[0]
        background = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        assert background == "light dark"


def test_rows_of_other_heights_are_all_reached(browser: Any) -> None:
    """By the keyboard and by scrolling, with the chosen one always in sight."""
    rows = [Row(f"/data/{number}.wav", "different", "reason " * (number % 60), rms=0.1) for number in range(400)]
    with opened(browser, made(*rows)) as page:
        page.focus("#table")
        for key, place in (("End", 399), ("Home", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
            page.keyboard.press(key)
            assert page.get_attribute("#table", "aria-activedescendant") == f"row-{place}"
            sight = page.evaluate("""() => { const one = document.querySelector('[aria-selected=true]').getBoundingClientRect(),
                box = document.getElementById('rows').getBoundingClientRect(); return [one.top - box.top, box.bottom - one.bottom]; }""")
            assert min(sight) > -2, key
        page.evaluate("() => { const box = document.getElementById('rows'); box.scrollTop = box.scrollHeight / 2; }")
        page.wait_for_timeout(200)
        edges = page.eval_on_selector_all("#rows .row", "(all) => all.map((one) => [one.offsetTop, one.offsetTop + one.offsetHeight])")
        assert all(below[0] == above[1] for above, below in itertools.pairwise(edges))
