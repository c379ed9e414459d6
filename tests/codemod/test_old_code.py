"""Code of 0.8 and older, which comes here first."""

from tests.codemod.commands import commands, row
from tests.codemod.tables import PROGRAM, changes, project, stays, table

test_load_wav_that_is_scaled = table(
    *(
        changes(name, f"import torchaudio\ndef f(p):\n    {before}\n", f"import torchaudio\ndef f(p):\n    {after}\n")
        for name, before, after in (
            ("an item", "return torchaudio.load_wav(p)[0] / 32768", "return torchaudio.load(p)[0]"),
            ("an item, by a power", "return torchaudio.load_wav(p)[0] / 2**15", "return torchaudio.load(p)[0]"),
            ("an item, shifted", "return (torchaudio.load_wav(p)[0] / (1 << 15)).mean()", "return (torchaudio.load(p)[0]).mean()"),
            ("a factor", "return torchaudio.load_wav(p)[0] * (1 / 32768.0)", "return torchaudio.load(p)[0]"),
            (
                "a name",
                "x, r = torchaudio.load_wav(p)\n    return x / 32768.0, r",
                "x, r = torchaudio.load(p)\n    return x, r",
            ),
            (
                "a name and its shape",
                "x, r = torchaudio.load_wav(p)\n    n = x.shape[1]\n    y = x / 2.0**15\n    return y, n",
                "x, r = torchaudio.load(p)\n    n = x.shape[1]\n    y = x\n    return y, n",
            ),
            (
                "in place",
                "x, r = torchaudio.load_wav(p)\n    x /= 32768\n    return x, r",
                "x, r = torchaudio.load(p)\n    return x, r",
            ),
            (
                "by its own name",
                "x, r = torchaudio.load_wav(p)\n    x = x / 2**15\n    return x, r",
                "x, r = torchaudio.load(p)\n    return x, r",
            ),
        )
    ),
    *(
        stays(name, f"import torchaudio\ndef f(p):\n    {code}\n", "TAC115")
        for name, code in (
            ("another scale", "return torchaudio.load_wav(p)[0] / 32767"),
            ("the rate of a tuple", "return torchaudio.load_wav(p) / 32768"),
            ("the numbers too", "x, r = torchaudio.load_wav(p)\n    return x / 32768, x.max()"),
            ("scaled later", "x, r = torchaudio.load_wav(p)\n    m = x.max()\n    x = x / 32768\n    return x"),
            ("a power of it", "x, r = torchaudio.load_wav(p)\n    return x % 32768"),
            ("in brackets", "x, r = torchaudio.load_wav(p)\n    return (x) / 32768"),
            ("divided by it", "x, r = torchaudio.load_wav(p)\n    return 32768 / x"),
        )
    ),
)

SETTER = "torchaudio.set_audio_backend('sox_io')\n"
SAVE = "import torchaudio\n{}torchaudio.save(p, w, 8000, True, {})\n"
test_the_fifth_argument_of_save = table(
    *(
        changes(f"called {name}", SAVE.format("", name), SAVE.format("", f"compression={name}"))
        for name in ("compression", "args.compression", "cfg['compression']", "bitrate", "self.compression_level", "quality")
    ),
    changes("under a setter", SAVE.format(SETTER, "c"), SAVE.format("", 'compression=c, backend="sox"')),
    changes("under a setter, for 2.9", SAVE.format(SETTER, "c"), SAVE.format("", "compression=c"), "TAC137", target="2.9"),
    *(stays(f"called {name}", SAVE.format("", name), "TAC117") for name in ("c", "more[4]", "fmt")),
    stays("a format under a setter", SAVE.format("", "fmt") + "torchaudio.set_audio_backend(x)\n", "TAC105", "TAC117"),
    stays(
        "under a setter, where calls name backends",
        SAVE.format("", "c") + "torchaudio.load(p, backend='ffmpeg')\ntorchaudio.set_audio_backend(x)\n",
        "TAC105",
        "TAC117",
    ),
)


COMPRESSION = SAVE.format("", "compression=c")
PINS = {
    "torchaudio==0.13.1": True,
    "torchaudio==2.0.2": True,
    "torchaudio<2.1": True,
    "torchaudio<=2.0": True,
    "torchaudio~=0.12": True,
    "torchaudio>=0.13,<2.1": True,
    "torchaudio >= 0.13, != 2.0, < 3": False,
    "torchaudio>=0.10": False,
    "torchaudio<2.2": False,
    "torchaudio==2.1.0": False,
    "torchaudio": False,
}
test_a_pin_tells_the_order = commands(
    *(
        row(
            pin,
            ".",
            {"requirements.txt": f"{pin}\n", "a.py": SAVE.format("", "c")},
            0 if is_old else 1,
            after={"a.py": COMPRESSION} if is_old else {},
        )
        for pin, is_old in PINS.items()
    )
)
LISTED = 'install_requires = ["{}"]\n'
test_a_pin_in_the_program_tells_it_too = table(
    *(
        project(pin, {PROGRAM: SAVE.format("", "c") + LISTED.format(pin)}, {PROGRAM: COMPRESSION + LISTED.format(pin)} if is_old else {})
        for pin, is_old in PINS.items()
    )
)
