"""What is named although its setter stays, and setters that go because each call after them is named."""

from tests.codemod.tables import changes, project, stays, table

test_each_call_by_itself = table(
    changes(
        "functions imported after it",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        from torchaudio import load
        x = load("a.wav")
    """,
        """
        import torchaudio
        from torchaudio import load
        x = load("a.wav", backend="soundfile")
    """,
    ),
    changes(
        "the getter decides",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        if torchaudio.get_audio_backend() == "soundfile":
            x = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        if torchaudio.get_audio_backend() == "soundfile":
            x = torchaudio.load("a.wav", backend="soundfile")
    """,
        "TAC101",
        "TAC107",
    ),
    changes(
        "two names",
        """
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
        torchaudio.set_audio_backend("soundfile")
        y = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", backend="sox")
        y = torchaudio.load("a.wav", backend="soundfile")
    """,
    ),
    changes(
        "its value is used",
        """
        import torchaudio
        x = torchaudio.set_audio_backend("soundfile")
        torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.set_audio_backend("soundfile")
        torchaudio.load("a.wav", backend="soundfile")
    """,
        "TAC101",
    ),
    changes(
        "a flag with an else",
        """
        import torchaudio
        from t import HAS_TORCHAUDIO
        if HAS_TORCHAUDIO:
            torchaudio.set_audio_backend("soundfile")
        else:
            stop()
        x = torchaudio.load(p)
    """,
        """
        import torchaudio
        from t import HAS_TORCHAUDIO
        if HAS_TORCHAUDIO:
            pass
        else:
            stop()
        x = torchaudio.load(p, backend="soundfile")
    """,
    ),
    changes(
        "two choices by platform",
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        if sys.platform == "darwin":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a")
    """,
        """
        import sys
        import torchaudio
        AUDIO_BACKEND = "soundfile" if sys.platform == "darwin" else "sox"
        x = torchaudio.load("a", backend=AUDIO_BACKEND)
    """,
    ),
    changes(
        "for one platform, and later for all",
        """
        import sys, torchaudio
        if sys.platform == 'win32':
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load(p)
        torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load(p)
    """,
        """
        import sys, torchaudio
        AUDIO_BACKEND = "soundfile" if sys.platform == 'win32' else None
        x = torchaudio.load(p, backend=AUDIO_BACKEND)
        x = torchaudio.load(p, backend="soundfile")
    """,
    ),
    stays(
        "a call above the setter in the same function",
        """
        import torchaudio
        def f(p):
            x = torchaudio.load(p)
            torchaudio.set_audio_backend("sox_io")
            return x
        f('a')
    """,
        "TAC103",
    ),
    changes(
        "a handler minds its failure",
        """
        import torchaudio
        def f(p):
            try:
                torchaudio.set_audio_backend("sox_io")
                return torchaudio.load(p)
            except RuntimeError:
                return None
    """,
        """
        import torchaudio
        def f(p):
            try:
                torchaudio.set_audio_backend("sox_io")
                return torchaudio.load(p, backend="sox")
            except RuntimeError:
                return None
    """,
        "TAC103",
    ),
    changes(
        "it pauses in between",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            yield 1
            yield torchaudio.load(p)
        def g(p):
            torchaudio.set_audio_backend("sox_io")
            return torchaudio.load(p)
    """,
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            yield 1
            yield torchaudio.load(p)
        def g(p):
            torchaudio.set_audio_backend("sox_io")
            return torchaudio.load(p, backend="sox")
    """,
        "TAC103",
    ),
    changes(
        "a return before it is put back",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("sox_io")
            if p:
                return torchaudio.load(p)
            torchaudio.set_audio_backend(before)
    """,
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("sox_io")
            if p:
                return torchaudio.load(p, backend="sox")
            torchaudio.set_audio_backend(before)
    """,
        "TAC103",
        "TAC105",
        "TAC107",
    ),
    changes(
        "a restored backend after an else",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("sox_io")
            try:
                x = torchaudio.load(p)
            except OSError:
                x = None
            else:
                print(p)
            finally:
                torchaudio.set_audio_backend(before)
            return x
    """,
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            try:
                x = torchaudio.load(p, backend="sox")
            except OSError:
                x = None
            else:
                print(p)
            finally:
                torchaudio.set_audio_backend(before)
            return x
    """,
        "TAC105",
        "TAC107",
    ),
    changes(
        "a backend that is kept and given to something else than the setter",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load(p)
            keep(before)
            return x
    """,
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load(p, backend="sox")
            keep(before)
            return x
    """,
        "TAC103",
        "TAC107",
    ),
    changes(
        "the saved value is used otherwise",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("soundfile")
            print(before)
            x = torchaudio.load(p)
            torchaudio.set_audio_backend(before)
            return x
    """,
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            print(before)
            x = torchaudio.load(p, backend="soundfile")
            torchaudio.set_audio_backend(before)
            return x
    """,
        "TAC105",
        "TAC107",
    ),
    stays(
        "what is set before it is put back cannot be read",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("mad")
            x = torchaudio.load(p)
            torchaudio.set_audio_backend(before)
            return x
    """,
        "TAC106",
    ),
    changes(
        "a call before it is put back that runs later",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("sox_io")
            later = lambda: torchaudio.load(p)
            torchaudio.set_audio_backend(before)
            return later
    """,
        """
        import torchaudio
        def f(p):
            later = lambda: torchaudio.load(p)
            return later
    """,
    ),
    changes(
        "around a function that sets one",
        """
        import torchaudio
        def use():
            torchaudio.set_audio_backend("soundfile")
        b = torchaudio.get_audio_backend()
        use()
        torchaudio.set_audio_backend(b)
    """,
        """
        import torchaudio
        def use():
            pass
        use()
    """,
    ),
    changes(
        "handler sets another",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", backend="sox")
    """,
        unsafe=True,
    ),
    changes(
        "handler logs, comment stays",
        """
        import logging, torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except Exception as why:
            # never mind
            logging.warning("no sox: %s", why)
        x = torchaudio.load("a.wav")
    """,
        """
        import logging, torchaudio
        # never mind
        x = torchaudio.load("a.wav", backend="sox")
    """,
        unsafe=True,
    ),
    changes(
        "in a function it leaves a body",
        """
        import torchaudio
        def setup():
            try:
                torchaudio.set_audio_backend("sox_io")
            except Exception:
                pass
    """,
        """
        import torchaudio
        def setup():
            pass
    """,
        unsafe=True,
    ),
    changes(
        "2.9",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except Exception:
            pass
    """,
        """
        import torchaudio
    """,
        unsafe=True,
    ),
    changes(
        "the handler raises",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            raise SystemExit(1)
        x = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            raise SystemExit(1)
        x = torchaudio.load("a.wav", backend="sox")
    """,
        "TAC101",
    ),
    changes(
        "the body does more",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load("a.wav")
        except RuntimeError:
            x = None
    """,
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load("a.wav", backend="sox")
        except RuntimeError:
            x = None
    """,
        "TAC101",
    ),
    changes(
        "the setter's value",
        """
        import torchaudio
        done = torchaudio.set_audio_backend("sox_io")
        torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        done = torchaudio.set_audio_backend("sox_io")
        torchaudio.load("a.wav", backend="sox")
    """,
        "TAC101",
    ),
)


HEAD = 'import torchaudio\ntorchaudio.set_audio_backend("{}")\n'

# Without a bit depth, sox wrote PCM_S with 32 bits under 2.0, and writes it with 16 where a call names it.
test_bit_depth = table(
    *(
        changes(
            f"{backend}: {before}",
            f"{HEAD.format(backend)}torchaudio.save(p, w, r, {before})\n",
            f"import torchaudio\ntorchaudio.save(p, w, r, {before}{', ' + added if added else ''})\n",
        )
        for backend, before, added in (
            ("sox_io", 'encoding="PCM_S"', 'backend="sox", bits_per_sample=32'),
            ("sox_io", 'encoding="PCM_S", bits_per_sample=16', 'backend="sox"'),
            ("sox_io", 'encoding="PCM_S", bits_per_sample=int(depth)', 'backend="sox"'),
            ("sox_io", 'encoding="ULAW", bits_per_sample=depth', 'backend="sox"'),
            ("sox_io", 'encoding="ULAW"', 'backend="sox"'),
            ("sox_io", "encoding=options.encoding, bits_per_sample=16", 'backend="sox"'),
            ("soundfile", 'encoding="PCM_S"', 'backend="soundfile"'),
        )
    ),
    *(
        changes(
            f"written out: {before}{call}",
            f"{HEAD.format('sox_io')}{before}torchaudio.save(p, w, r, {call})\n{after}",
            f'import torchaudio\n{before}torchaudio.save(p, w, r, {call}, backend="sox")\n{after}',
        )
        for before, call, after in (
            ("def write(**more):\n    ", "**more", "write(format='wav')\n"),
            ("def write(**more):\n    more['format'] = 'wav'\n    ", "**more", ""),
            ("def write(**more):\n    print(more['encoding'])\n    ", "**more", ""),
        )
    ),
    *(
        stays(f"not to be told: {call}", f"{HEAD.format('sox_io')}{call}\n", "TAC101")
        for call in (
            'torchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=None)',
            'torchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=depth)',
            'law = "ULAW"\ntorchaudio.save(p, w, r, encoding=law)',
            'torchaudio.save(p, w, r, **{"encoding": "ULAW"})',
            'torchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=24 if deep else None)',
            'def write(depth=None):\n    torchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=depth)\nwrite(24)\nwrite()',
            "torchaudio.save(p, w, r, encoding=options.encoding, bits_per_sample=options.depth)",
            'depths = {"wav": None}\ntorchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=depths[kind])',
            'def write(depth=24):\n    depth = depth if deep else None\n    torchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=depth)\nwrite(16)',
            'one.add_argument("--depth", default=16)\ntwo.add_argument("--depth")\ntorchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=options.depth)',
            'parser.add_argument("--depth", default=16)\noptions.depth = None\ntorchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=options.depth)',
            'parser.add_argument("--depth", type=int)\ntorchaudio.save(p, w, r, encoding="PCM_S", bits_per_sample=options.depth)',
            'torchaudio.save(p, w, r, encoding="PCM_S", **more)',
            'torchaudio.save(p, w, r, encoding=encoding or "PCM_S")',
            "torchaudio.save(p, w, r, encoding=options.encoding)",
            'torchaudio.save(p, w, r, encoding=os.environ["ENCODING"])',
            "encoding = torchaudio.info(p, backend='sox').encoding\ntorchaudio.save(p, w, r, encoding=encoding)",
            "def write(encoding):\n    torchaudio.save(p, w, r, encoding=encoding)\nwrite(options.encoding)",
            "torchaudio.save(p, w, r, **json.load(settings))",
            "torchaudio.save(p, w, r, **dict(json.load(settings)))",
            "torchaudio.save(p, w, r, **options.dict())",
            "torchaudio.save(p, w, r, **dict(encoding=options.encoding))",
            "from settings import ENCODING\ntorchaudio.save(p, w, r, encoding=ENCODING)",
            "more = {}\nmore['encoding'] = options.encoding\ntorchaudio.save(p, w, r, **more)",
            "more = {}\nmore.update(options)\ntorchaudio.save(p, w, r, **more)",
            "torchaudio.save(p, w, r, encoding=f'PCM_{kind}')",
            "encoding = os.environ.get('ENCODING') or 'ULAW'\ntorchaudio.save(p, w, r, encoding=encoding)",
            'more = {"encoding": "PCM_S"}\ntorchaudio.save(p, w, r, **more)',
            'from functools import partial\nwrite = partial(torchaudio.save, encoding="PCM_S")',
            "def write(**more):\n    more['encoding'] = law\n    torchaudio.save(p, w, r, **more)",
            "def write(**more):\n    more[name] = law\n    torchaudio.save(p, w, r, **more)",
            "def write(**more):\n    more.update(options)\n    torchaudio.save(p, w, r, **more)",
            "def write(**more):\n    more.setdefault('encoding', law)\n    torchaudio.save(p, w, r, **more)",
        )
    ),
    *(
        project(
            f"{name}, which another file sets",
            {
                "data.py": f"{HEAD.format('sox_io')}{before}\ndef write(self):\n    torchaudio.save(p, w, r, encoding='PCM_S', bits_per_sample={name})\n",
                "main.py": f"import data, torchaudio\n{after} = None\ndata.write(data)\n",
            },
            left={"data.py": ["TAC101"]},
        )
        for name, before, after in (
            ("depth", "depth = 24", "data.depth"),
            ("self.depth", "class Writer:\n    depth = 24", "data.Writer.depth"),
        )
    ),
    changes(
        "a function of the backend's module",
        "from torchaudio.backend import sox_io_backend\nsox_io_backend.save(p, w, r, encoding='PCM_S')\n",
        "import torchaudio\ntorchaudio.save(p, w, r, encoding='PCM_S', bits_per_sample=32, backend=\"sox\")\n",
    ),
)
