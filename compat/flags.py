"""``python -m compat.flags``: the table of flags in the guide, made from the flags' own documentation."""

from __future__ import annotations

from compat import releases

_NOT_FLAGS = ("name", "last_patch")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def table() -> str:
    """The page as Markdown."""
    presets = releases.presets()
    lines = [
        "# Flags",
        "",
        'A release is made of these. Override any one: `compat.install("2.1", exact_num_frames=True)`. This page is made by',
        "`python -m compat.flags > migration_guide/flags.md`.",
        "",
        f"| flag | {' | '.join(presets)} |",
        f"|---{'|---' * len(presets)}|",
    ]
    flags = {name: field for name, field in releases.flags().items() if name not in _NOT_FLAGS}
    lines += [f"| [`{name}`](#{name}) | {' | '.join(_shown(getattr(r, name)) for r in presets.values())} |" for name in flags]
    for name, field in flags.items():
        values = field.metadata["values"]
        allowed = "" if values is None or values == (False, True) else f" One of {', '.join(f'`{value!r}`' for value in values)}."
        lines += ["", f"## {name}", "", f"{field.metadata['doc']}{allowed}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
