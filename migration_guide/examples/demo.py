"""``make demo``: an old script, unchanged, under each release; then what the codemod makes of it, and that nothing is lost.

With a folder that holds a torchaudio it also shows an old training script on that, whether it loads or not.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import compat
import soundfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCRIPT = HERE / "trim_silence.py"
TRAINING = HERE / "speech_2021.py"
REWRITTEN = HERE / "to_mono.py"
AUDIO = [ROOT / "tests" / "oracle" / "assets" / name for name in ("stereo_cbr.mp3", "stereo_24.flac", "stereo_s16.wav")]
RELEASES = ("2.0", "2.1", "2.2")
WIDTH = 100
LIBSOX = """
What changed: 2.0 read the mp3 with libsox, which keeps the encoder's padding, and wrote 32-bit float. From 2.1 on the
setter does nothing, ffmpeg serves each call: it drops the padding, and writes 16-bit PCM."""
NO_LIBSOX = """
What changed: 2.0 wrote 32-bit float. From 2.1 on the setter does nothing, ffmpeg serves each call, and writes 16-bit PCM.
libsox is not installed here, so soundfile took its place. With it (apt-get install libsox3 libsox-fmt-all), 2.0 reads 27607
frames of the mp3, since libsox keeps the encoder's padding, which the others drop."""


def title(text: str) -> None:
    """A heading on the terminal."""
    print(f"\n{f'── {text} ':─<{WIDTH}}", flush=True)


def run(script: pathlib.Path, release: str, out: pathlib.Path) -> None:
    """Run a script on the audio under a release, and show what it prints and what it is warned of."""
    out.mkdir()
    command = [sys.executable, "-m", "compat.run", "--version", release, str(script), str(out), *map(str, AUDIO)]
    environment = {key: value for key, value in os.environ.items() if key != "TORCHAUDIO_USE_BACKEND_DISPATCHER"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    print(done.stdout, end="")
    for line in done.stderr.splitlines():
        if "Warning: " in line:
            print("  warned:", line.partition("Warning: ")[2])
    if done.returncode:
        sys.exit(done.stderr)


def main() -> None:
    """Show everything."""
    print(f"{SCRIPT.relative_to(ROOT)} was written for torchaudio 2.0: it sets a global backend, and never names one in a call.")
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        for release in RELEASES:
            title(f"unchanged, under torchaudio {release}")
            run(SCRIPT, release, out / release)
        print(LIBSOX if "sox" in compat.list_audio_backends() else NO_LIBSOX)
        rewritten(out)
        if sys.argv[1:]:
            rescued(out / "training")


def rescued(out: pathlib.Path) -> None:
    """Show an old training script with the torchaudio that pip gives with any torch, and that does not load by itself."""
    imported = subprocess.run([sys.executable, "-c", "import torchaudio"], env=_with_torchaudio(), capture_output=True, text=True, check=False)
    title("python -c 'import torchaudio', after pip install torchaudio")
    print(imported.stderr.strip().splitlines()[-1] if imported.returncode else "it imports: this torch has what its wheel was built for")
    title(f"{TRAINING.name}, unchanged, under torchaudio 2.0, with it")
    out.mkdir()
    command = [sys.executable, "-m", "compat.run", "--version", "2.0", str(TRAINING), str(out)]
    done = subprocess.run(command, cwd=ROOT, env=_with_torchaudio(), capture_output=True, text=True, check=False)
    print(done.stderr.partition("FutureWarning")[0].rpartition("\n")[0] or done.stderr, done.stdout, sep="\n", end="")
    if done.returncode:
        sys.exit(done.stderr)


def _with_torchaudio() -> dict[str, str]:
    """Return variables under which Python finds the torchaudio that the Makefile keeps apart from the environment."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.argv[1:]])}


def rewritten(out: pathlib.Path) -> None:
    """Show the codemod's diff of another script, and that what it made of it writes the same samples under 2.2 as the old did."""
    copy = out / REWRITTEN.name
    shutil.copy(REWRITTEN, copy)
    title(f"{REWRITTEN.name}, unchanged, under torchaudio 2.0")
    run(copy, "2.0", out / "before")
    title(f"python -m compat.codemod --diff {copy.name}")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    codemod = [sys.executable, "-m", "compat.codemod"]
    subprocess.run([*codemod, "--diff", copy.name], cwd=out, env=environment, check=False)
    if subprocess.run([*codemod, copy.name], cwd=out, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
        sys.exit("the codemod left something to do")
    title(f"{copy.name}, rewritten, under torchaudio 2.2")
    run(copy, "2.2", out / "after")
    for old in sorted((out / "before").iterdir()):
        (before, rate), (after, again) = soundfile.read(old), soundfile.read(out / "after" / old.name)
        same = before.shape == after.shape and rate == again and (before == after).all()
        print(f"{old.name:18} {'the same samples' if same else 'DIFFERS'}")
        if not same:
            sys.exit(1)


if __name__ == "__main__":
    main()
