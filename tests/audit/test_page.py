"""The page, in a browser: it opens, sorts, filters, draws, plays, and is used by keyboard alone."""

import itertools
import json
import pathlib
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


class Opened:
    """A page in the browser, with what it complained of."""

    def __init__(self, browser: Any, path: pathlib.Path, **options: Any) -> None:
        self.complaints: list[str] = []
        self.page = browser.new_page(viewport={"width": 1300, "height": 900}, **options)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("request", lambda request: self.complaints.append(request.url) if request.url.startswith("http") else None)
        self.page.goto(path.as_uri())

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, *failure: object) -> None:
        self.page.close()
        if failure == (None, None, None):
            assert self.complaints == []


def cells(page: Any, column: int) -> list[str]:
    """What a column shows, from the top."""
    return [
        str(text) for text in page.eval_on_selector_all(f"#rows .row > :nth-child({column})", "(all) => all.map((one) => one.textContent)")
    ]


def test_it_needs_nothing_else(audited: pathlib.Path) -> None:
    text = audited.read_text(encoding="utf-8")
    assert "http:" not in text
    assert "https:" not in text
    assert text.count("<script") == 2


def test_it_opens_with_its_counts(browser: Any, audited: pathlib.Path) -> None:
    with Opened(browser, audited) as page:
        buttons = page.eval_on_selector_all("#kinds button", "(all) => all.map((one) => one.textContent)")
        assert buttons == ["10 metadata differ", "10 other length", "10 shifted", "10 scaled", "10 only the new side fails"]
        assert page.inner_text("#said") == "50 of 50 rows"
        assert len(cells(page, 1)) > 10


def test_it_sorts(browser: Any, large: pathlib.Path) -> None:
    with Opened(browser, large) as page:

        def direction() -> str:
            return str(page.get_attribute("[data-sort=rms]", "aria-sort"))

        page.click("[data-sort=rms] button")
        values = [float(text) for text in cells(page, 5)]
        assert (direction(), values) == ("descending", sorted(values, reverse=True))
        assert values[0] > 0.999
        page.click("[data-sort=rms] button")
        assert (direction(), cells(page, 5)[0]) == ("ascending", "0")
        page.click("#worst")
        assert (direction(), cells(page, 1)[:2]) == ("none", ["00/00000.wav", "01/00001.wav"])
        page.focus("[data-sort=path] button")
        page.keyboard.press("Enter")
        assert (direction(), cells(page, 1)[:2]) == ("none", ["00/00000.wav", "00/00097.wav"])


def test_it_filters(browser: Any, large: pathlib.Path) -> None:
    with Opened(browser, large) as page:
        page.fill("#filter", "49999")
        assert cells(page, 1) == ["44/49999.wav"]
        assert page.inner_text("#said") == "1 of 50,000 rows"
        page.fill("#filter", "shifted 4321")
        assert set(cells(page, 2)) <= {"shifted", "shifted and scaled"}
        page.fill("#filter", "nothing has this")
        assert cells(page, 1) == []
        page.press("#filter", "Escape")
        page.click("#kinds button >> text=scaled")
        assert set(cells(page, 2)) == {"scaled"}
        assert page.get_attribute("#kinds button >> text=scaled", "aria-pressed") == "true"


def test_50_000_rows_are_few_elements(browser: Any, large: pathlib.Path) -> None:
    """Wherever it is scrolled to; and neither a letter in the filter nor a sort takes long enough to be felt as a stall."""
    with Opened(browser, large) as page:
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
    with Opened(browser, made(LONG, Row("/data/other.wav", "different", rms=0.1))) as opened:
        opened.set_viewport_size({"width": width, "height": 900})
        opened.wait_for_timeout(100)
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.evaluate(ENDS) == [[True, True], [False, True]]
        assert opened.evaluate(CUT) == 0
        (top, first), (bottom, second) = opened.eval_on_selector_all(
            "#rows .row", "(all) => all.map((one) => [one.offsetTop, one.offsetHeight])"
        )
        assert (top, bottom, second) == (0, first, least)
        assert 2 * least < first < 450


FOCUS, CHOSEN = "document.activeElement.id", "document.getElementById('table').getAttribute('aria-activedescendant')"
# keys that are pressed or typed, what is asked, and the answer
KEYS = [
    (["/"], FOCUS, "filter"),
    ([*"flac scaled", "ArrowDown"], FOCUS, "table"),
    ([], CHOSEN, "row-0"),
    ([], "document.getElementById('row-0').getAttribute('aria-selected')", "true"),
    (["Enter"], FOCUS, "detail"),
    ([], "document.querySelector('#detail h2').innerText.includes('flac/')", True),
    (["Escape", "/", "Escape", "ArrowDown", "End"], CHOSEN, "row-49"),
    (["PageUp", "ArrowUp"], f"((place) => 10 < place && place < 48)(Number({CHOSEN}.slice(4)))", True),
    (["Home"], CHOSEN, "row-0"),
]


def test_it_is_used_by_keyboard_alone(browser: Any, audited: pathlib.Path) -> None:
    with Opened(browser, audited) as page:
        for keys, asked, answer in KEYS:
            for key in keys:
                page.keyboard.press(key if key != " " else "Space")
            assert page.evaluate(asked) == answer, keys


INK = """() => [...document.querySelectorAll('#detail canvas')].map((canvas) => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let drawn = 0;
    for (let at = 3; at < pixels.length; at += 4) drawn += pixels[at] > 0;
    return [drawn / (canvas.width * canvas.height), [...canvas.getContext('2d').fillStyle].join('')];
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_draws_and_plays(scheme: str, browser: Any, audited: pathlib.Path) -> None:
    with Opened(browser, audited, color_scheme=scheme) as page:
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


def test_what_cannot_be_drawn_says_so(browser: Any, audited: pathlib.Path) -> None:
    with Opened(browser, audited) as page:
        page.fill("#filter", "ogg new side fails")
        page.press("#filter", "ArrowDown")
        assert page.locator("#detail canvas").count() == 0
        assert "cannot read" in page.inner_text("#detail")


def test_nothing_in_a_name_is_taken_for_html(browser: Any) -> None:
    row = Row("</script><img src=x onerror=alert(1)>.wav", "different", "<b>bold</b>", rms=0.5, from_error="<i>")
    with Opened(browser, made(row, results="<results>")) as opened:
        opened.focus("#table")
        assert opened.inner_text("#detail h2") == row.path
        assert opened.locator("img, b b, i").count() == 0
        assert "Every file's row is in <results>." in opened.inner_text("body")


HARM = Row("/data/b/worst.mp3", "error_to", "cannot read '/data/b/worst.mp3': it is cut", to_error="it is cut")
MOVED = Row(
    "/data/a/moved.mp3", "shifted", "the new side lacks 1105 frames", largest=0.75, rms=0.25, left_largest=2e-6, left_rms=1e-7, shift=1105,
    from_backend="sox", to_backend="ffmpeg",
)  # fmt: skip
CHANGED = Row("/data/a/changed.wav", "different", "from frame 0 on", largest=0.5, rms=0.125)
KEPT = Row("/data/a/kept.wav", "identical")


def made(*rows: Row, **fields: Any) -> pathlib.Path:
    """The report of these rows."""
    path = pathlib.Path("audit.html").resolve()
    path.write_text("".join(page(result(rows, TERMS, **fields), rows, {})), encoding="utf-8")
    return path


def test_it_opens_on_the_worst(browser: Any, audited: pathlib.Path) -> None:
    with Opened(browser, audited) as page:
        assert page.get_attribute("#table", "aria-activedescendant") == "row-0"
        assert "only the new side fails" in page.inner_text("#detail")
        assert page.inner_text("#detail h2").endswith(f"/old/{cells(page, 1)[0]}")
        assert page.evaluate("document.activeElement === document.body")  # the keyboard is where it was
    with Opened(browser, made(KEPT, KEPT)) as page:
        assert "Choose a file" in page.inner_text("#detail")


def test_aligned_differences_are_told_apart(browser: Any) -> None:
    with Opened(browser, made(MOVED, CHANGED)) as page:
        heads = page.eval_on_selector_all(".head > *", "(all) => all.map((one) => one.textContent)")
        assert heads == ["File", "Class", "What", "Largest", "RMS", "Aligned", "Seconds"]
        assert [cells(page, column) for column in (4, 5, 6)] == [["0.75", "0.5"], ["0.25", "0.125"], ["1.0e-7", ""]]
        lines = page.eval_on_selector_all("#detail tr", "(all) => all.map((one) => [...one.children].map((cell) => cell.textContent))")
        assert lines == [
            ["difference", "largest", "RMS"],
            ["not aligned: frame by frame", "0.75", "0.25"],
            ["aligned: shift 1105 frames undone", "2.0e-6", "1.0e-7"],
        ]
        page.click("#rows >> text=changed.wav")
        assert page.locator("#detail tr").count() == 2
        page.click("[data-sort=left_rms] button")
        assert cells(page, 1) == ["moved.mp3", "changed.wav"]


def test_the_common_folder_is_said_once(browser: Any) -> None:
    with Opened(browser, made(HARM, MOVED, KEPT)) as page:
        assert cells(page, 1) == ["b/worst.mp3", "a/moved.mp3", "a/kept.wav"]
        assert page.inner_text("#folder") == "All files of the table are in /data/."
        assert cells(page, 3)[0] == "cannot read 'b/worst.mp3': it is cut"
        assert page.inner_text("#detail h2") == "/data/b/worst.mp3"  # to be copied
        assert page.inner_text("body").count("/data/") == 2


def test_it_says_what_the_files_of_a_class_share(browser: Any) -> None:
    with Opened(browser, made(HARM, MOVED, CHANGED, KEPT)) as page:
        shared = page.inner_text("#shared")
        assert (
            shared
            == "shifted: the only one is mp3 (of 2 such files): libsox keeps the encoder's padding of an mp3; FFmpeg and libsndfile drop it"
        )
        page.click("#breakdown summary")
        lines = page.eval_on_selector_all("#breakdown tr", "(all) => all.map((one) => [...one.children].map((cell) => cell.textContent))")
        heads = ["identical", "shifted", "different", "only the new side fails"]
        assert lines == [
            ["format", *heads], ["mp3", "", "1", "", "1"], ["wav", "1", "", "1", ""],
            ["backend", *heads], ["none", "1", "", "1", "1"], ["sox -> ffmpeg", "", "1", "", ""],
            ["folder", *heads], ["a/", "1", "1", "1", ""], ["b/", "", "", "", "1"],
        ]  # fmt: skip
        page.set_viewport_size({"width": 390, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_rows_of_other_heights_are_all_reached(browser: Any) -> None:
    """By the keyboard and by scrolling, with the chosen one always in sight."""
    rows = [Row(f"/data/{number}.wav", "different", "reason " * (number % 60), rms=0.1) for number in range(400)]
    with Opened(browser, made(*rows)) as page:
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
