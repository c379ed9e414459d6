"""Find the names that a file may give to other functions, by its text: ``config.setup = mine``."""

import re

# Each pattern begins with a plain word, so that the engine can jump to the next match.
# what follows a name that is assigned: load = fake, load: object = fake, load, other = fakes
STORED = r"[ \t\n\\)\]]*+(?::[^\n=]*+|,[^\n()=]*[ \t]|[+|])?=(?!=)"
# what is before one that another statement binds: with fake() as audio.load, del audio.load
BINDS = [rf"{word}(?<=\b{word})[ \t(]++[\w.]*\." for word in ("as", "del", "for")]
# what is around the first of several, in brackets or without spaces: (audio.load, other) = fakes
FIRST_OF = (
    r"\n[ \t]*+\(?(?:\w++\.)+(?<!\bself\.)(?<!\bcls\.)",
    r"[ \t]*+,[^\n=]*+=(?!=)",
)
# what stands in brackets, with what calls in it are given
_ARGUMENTS = r"[\w.]*\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\)?){0,300})"
_BOUND = [
    # also load.__code__ = fake, which changes what a function runs
    re.compile(r"\.(?<!\bself\.)(?<!\bcls\.)[ \t]*+(?:\\\n[ \t]*+)?(\w++)(?:\.__\w+__)?" + STORED),
    re.compile(rf"{FIRST_OF[0]}(\w++){FIRST_OF[1]}"),
    *(re.compile(before + r"(\w++)") for before in BINDS),
]
_GIVEN = [
    re.compile(word + _ARGUMENTS)
    for word in (
        *(r"attr(?<=(?:set|del)attr)", r"item(?<=(?:set|del)item)"),
        # no str.replace("load", "save")
        *("patch", "stub", "spy", r"replace(?!\s*\(\s*['\"][^'\".]*['\"])", "swap"),
    )
]
# what takes the namespace of a module or class; only such files change one
_NAMESPACES = [
    re.compile(one)
    for one in (
        "__dict__",
        "__globals__",
        *(rf"{word}[ \t]*\(" for word in ("globals", "vars", "locals")),
    )
]
_PUT = [
    re.compile(r"\[\s*+(['\"]\w++['\"])" + STORED),
    *(re.compile(word + _ARGUMENTS) for word in ("update", "setdefault", "pop")),
]
# patch("audio.load"), patch.multiple(audio, load=fake)
_NAMED = re.compile(r"['\"](?:[^'\"\n]*\.)?(\w+)['\"]|(\w+)[ \t]*=(?!=)")


def replaced_names(text: str) -> frozenset[str]:
    """Return the names that a file may give to other functions, in modules or classes."""
    put = _PUT if any(one.search(text) for one in _NAMESPACES) else ()
    given = [part for pattern in (*_GIVEN, *put) for part in pattern.findall(text)]
    named = (name for part in given for pair in _NAMED.findall(part) for name in pair if name)
    return frozenset({*named, *(name for one in _BOUND for name in one.findall(text))})


# What may replace any name of a module or class, since the name cannot be read; {} is its own name.
_OF = r"\s*\(\s*(?:target=)?['\"]?(?:\w+\.)*{}\b['\"]?\s*"
# mockito and flexmock: what they replace in later calls is not followed
OF_WHOLE_OWNERS = ("when", "when2", "flexmock", "expect", "allow")
_NAME_BUT_NO_TEXT = rf"{_OF},\s*+(?!(?:attribute=)?['\"]\w+['\"]\s*[,)])"
_UNREAD = (
    # setattr(audio, NAME, fake), setattr(*one), patch.object(audio, NAME)
    rf"attr(?<=(?:set|del)attr)(?:\s*\(\s*\*|{_NAME_BUT_NO_TEXT})",
    *(rf"{word}{_NAME_BUT_NO_TEXT}" for word in ("object", r"item(?<=(?:set|del)item)")),
    rf"multiple{_OF},[^()]*\*\*",  # patch.multiple(audio, **fakes)
    # vars(audio)[NAME] = fake, vars(audio).update(fakes), patch.dict(vars(audio), fakes)
    rf"vars{_OF}\)\s*(?:\[\s*(?!['\"]\w+['\"]\s*\])|\.(?:update|setdefault)\(\s*(?!\w+=|['\"])|,)",
    # when(audio), when(audio.load); no expect(audio.f())
    *(rf"{word}(?<!\w{word}){_OF}[\w.]*\s*[,)]" for word in OF_WHOLE_OWNERS),
)


def unread_names(owner: str = r"(\w++)(?<!\bself)(?<!\bcls)") -> list[re.Pattern[str]]:
    """Return patterns for code that may replace any name of a module or class.

    Args:
        owner: the pattern of its own name; a group is empty where that cannot be read either.
    """
    return [re.compile(one.replace("{}", owner)) for one in _UNREAD]
