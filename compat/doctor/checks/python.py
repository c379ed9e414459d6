"""The interpreter and the platform.

Shows which Python runs, where it is, and on what system; compares it with the Pythons that the
installed torch is made for.
"""

import platform
import struct
import sys
from collections.abc import Iterator

from compat.diagnosis import machine, pairs
from compat.doctor.check import Finding, Group, Mend, World, check, error, ok, warning


@check(
    title="Python",
    group=Group.MACHINE,
    why="A wheel fits one Python version, one system and one processor. Without a wheel for "
    "yours, pip cannot install the package.",
)
def python(world: World) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    bits = struct.calcsize("P") * 8
    libc = " ".join(platform.libc_ver()).strip()
    where = " ".join(part for part in (platform.system(), platform.machine(), libc) if part)
    yield ok(
        f"{platform.python_implementation()} {version} on {where} ({sys.executable})",
        data={
            "version": version,
            "implementation": platform.python_implementation(),
            "executable": sys.executable,
            "system": platform.platform(),
            "machine": platform.machine(),
            "bits": bits,
        },
    )
    if bits != 64:
        yield error(
            f"this Python has {bits} bits, and torch is built for 64 only",
            mend=Mend("Install a 64-bit Python"),
            subject="python",
            cause="32-bit-python",
        )
    torch = world.copy("torch")
    row = pairs.of_torch(torch.version) if torch else None
    short = ".".join(map(str, sys.version_info[:2]))
    if torch is not None and row is not None and not row.serves(short):
        yield warning(
            f"torch {torch.version} is documented for Python {row.pythons}, not for {short}",
            why="torchaudio has no wheel for this Python and this torch; pip then takes one of "
            "another release, or builds one.",
            mend=Mend(
                "See which releases have wheels for this Python", machine.doctor("--pins", "all")
            ),
            subject="python",
            cause="python-out-of-range",
        )
