"""From what pytest-benchmark measured to a table of ratios and a picture."""

from __future__ import annotations

import datetime
import pathlib
import platform
from typing import Any, NamedTuple

HERE = pathlib.Path(__file__).resolve().parent


class Row(NamedTuple):
    """One task: our least seconds, each peer's, and the goals; or a peak of memory."""

    task: str
    ours: float
    peers: dict[str, float]
    goals: dict[str, float]
    peak: float | None

    def ratios(self) -> dict[str, float]:
        """Ours as a share of each peer's."""
        return {name: self.ours / seconds for name, seconds in self.peers.items()}

    def missed(self) -> list[str]:
        """The goals that do not hold, in words."""
        return [
            f"{name} ≤ {goal:g}"
            for name, goal in self.goals.items()
            if name in self.peers and self.ours / self.peers[name] > goal
        ]


def rows(measured: dict[str, Any]) -> list[Row]:
    """The tasks in the order in which they ran."""
    found = []
    for entry in measured["benchmarks"]:
        extra = entry["extra_info"]
        if extra:
            found.append(
                Row(
                    extra["task"],
                    entry["stats"]["min"],
                    extra.get("peers", {}),
                    extra.get("goals", {}),
                    extra.get("peak"),
                )
            )
    return found


def machine() -> str:
    """What the figures are of."""
    import av
    import soundfile
    import torch

    cores = 0
    model = platform.processor() or platform.machine()
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model, cores = line.partition(":")[2].strip(), cores + 1
    except OSError:
        pass
    versions = f"Python {platform.python_version()}, torch {torch.__version__}, PyAV {av.__version__}, soundfile {soundfile.__version__}"
    when = datetime.datetime.now(datetime.UTC).date().isoformat()
    return f"{model}, {cores or '?'} cores, {platform.system()} {platform.machine()}; {versions}; {when}"


def _seconds(value: float) -> str:
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.3g} s"


def markdown(found: list[Row], notes: str) -> str:
    """The page."""
    lines = [
        "# Results",
        "",
        "Made by `make bench`: the least of interleaved turns. Of one thread it is the processor's time, of threads and processes the clock's.",
        f"A ratio below 1 means that ours is faster. On {machine()}.",
        "",
        notes.strip(),
        "",
        "![ratios](results.png)",
        "",
        "| task | ours | ours ÷ peer | goals missed |",
        "|---|---|---|---|",
    ]
    for row in found:
        if row.peak is None:
            ratios = ", ".join(f"{name} {ratio:.3g}" for name, ratio in row.ratios().items())
            lines.append(
                f"| {row.task} | {_seconds(row.ours)} | {ratios} | {'; '.join(row.missed())} |"
            )
    lines += [
        "",
        "Memory at its peak beyond what was there before, as a share of the result (the goal is 1.2):",
        "",
        "| task | share |",
        "|---|---|",
    ]
    lines += [f"| {row.task} | {row.peak:.2f} |" for row in found if row.peak is not None]
    return "\n".join(lines) + "\n"


def text(found: list[Row]) -> str:
    """The table for a terminal."""
    lines = []
    for row in found:
        if row.peak is not None:
            lines.append(f"{row.task:72} {row.peak:9.2f} of the result")
            continue
        ratios = "  ".join(f"{name} {ratio:.3g}" for name, ratio in row.ratios().items())
        missed = f"   MISSED {'; '.join(row.missed())}" if row.missed() else ""
        lines.append(f"{row.task:72} {_seconds(row.ours):>9}  {ratios}{missed}")
    return "\n".join(lines)


def picture(found: list[Row], path: pathlib.Path) -> None:
    """Ratios as points on a logarithmic scale, a line of the picture for each task and a colour for each peer."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    shown = [row for row in found if row.peers]
    names = sorted({name for row in shown for name in row.peers})
    figure, axes = pyplot.subplots(figsize=(11, 2 + 0.24 * len(shown)))
    for name in names:
        points = [
            (row.ratios()[name], -index) for index, row in enumerate(shown) if name in row.peers
        ]
        axes.scatter(*zip(*points, strict=True), label=name, s=26)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("ours ÷ peer (left of the line: ours is faster)")
    axes.set_yticks(
        [-index for index in range(len(shown))], [row.task for row in shown], fontsize=7
    )
    axes.set_ylim(-len(shown), 1)
    axes.grid(axis="x", alpha=0.3)
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.2, 1.0 + 1.2 / (2 + 0.24 * len(shown))),
        ncols=4,
        fontsize=8,
        frameon=False,
    )
    figure.savefig(path, dpi=110, bbox_inches="tight")
