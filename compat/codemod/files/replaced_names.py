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


# What may replace any name of a module or class, since the name cannot be read.

# what takes a module or a name, and replaces nothing
READERS = (
    r"(?:get|has)attr|(?:is|assert|get|import|skip)\w*|print|repr|str|id|type|len|dir|vars|reload"
    r"|signature|append|\w*Mock|create_autospec"
)
READS = re.compile(rf"(?:{READERS})\Z")
_REPLACES = re.compile(
    r"(?:patch|object|multiple|(?:set|del)(?:attr|item)|wrap\w*|swap\w*|spy\w*|stub\w*|replace"
    r"|flexmock|when2?|expect|allow)\Z"
)
# audio, package.audio, import_module("audio"), sys.modules["audio"], "audio"
_OWNER = r"(?P<owner>(?>(?=['\"]?\w)[\w.]*(?:[(\[]?['\"][\w.]+['\"][)\]]?)?))"
_READ = (
    r"[ \t]*\[[ \t]*['\"]\w+['\"][ \t]*\]|\.(?:get|items|keys|values|copy)\b"
    r"|\.\w+\((?:['\"]|\w+=)|,[ \t]*['\"]"
)
_WHOLE = [
    re.compile(one)
    for one in (
        # setattr(audio, NAME, fake), multiple(audio, **fakes), fakes = [(audio, NAME)]
        rf"(?<![\w.])(?P<callee>[\w.]*+)(?<!\bimport )\([ \t\n]*(?:\w+=)?{_OWNER}[ \t\n]*+"
        r"(?:\)|,[ \t\n]*+(?!['\"]\w+['\"][ \t\n]*[,)]|\w+[ \t]*=(?![^()]*\*\*)))",
        # mockito and flexmock: what they replace in later calls is not followed
        rf"\b(?:flexmock|when2?|expect|allow)\([ \t\n]*{_OWNER}",
        # patch("audio.lo" + "ad"), patch(f"audio.{NAME}")
        r"(?<![\w.])(?P<callee>[\w.]++)\([ \t\n]*f?(?P<owner>['\"]\w[\w.]*)\.\w*"
        r"(?:['\"][ \t\n]*[+%.]|\{)",
        # vars(audio)[NAME] = fake, names = audio.__dict__
        rf"vars\({_OWNER}\)(?!{_READ})",
        rf"(?<![\w.])(?P<owner>[\w.]+)\.__dict__\b['\"]?(?!{_READ})",
        # read.__globals__[NAME] = fake, FunctionType(read.__code__, names), setattr(*one)
        rf"\.__globals__(?P<owner>)(?!{_READ})",
        r"(?:FunctionType\([\w.]+\.__code__|(?:set|del)attr\(\*)(?P<owner>)",
    )
]
# a file without one of these does so only by other calls
_SURE = re.compile(
    r"(?:set|del)attr\(|patch|mock|vars\(|__dict__|__globals__|FunctionType|wrap|swap|stub"
)
_KNOWN = re.compile(r"\bimport\b[ \t]*(\([^)]*\)|[^\n]*)|\bclass[ \t]+(\w+)")
_WORD = re.compile(r"\w+")
_ALSO = re.compile(rf"(\w+)[ \t]+as[ \t]+(\w+)|^[ \t]*(\w+)[ \t]*=[ \t]*{_OWNER}[ \t]*$", re.M)


def unread_owners(text: str, *, in_tests: bool = False, local: bool = True) -> dict[str, int]:
    """Return what a file may replace any name of, each with the place where it does.

    That is ``audio`` and ``package.audio`` for ``setattr(package.audio, NAME, fake)``, and ``*``
    if it cannot be read either.

    Args:
        text: of the file.
        in_tests: whether each call that is given a module may do so.
        local: whether parameters and variables count that have such a name.
    """
    if not (in_tests or _SURE.search(text)):
        return {}
    known = {word for pair in _KNOWN.findall(text) for word in _WORD.findall(" ".join(pair))}
    also = {alias or name: one or owner for one, alias, name, owner in _ALSO.findall(text)}
    found: dict[str, int] = {}
    for match in (match for pattern in _WHOLE for match in pattern.finditer(text)):
        callee, owner = match.groupdict().get("callee"), match["owner"]
        plain = (callee or "").rpartition(".")[2]
        replaces = callee is None or _REPLACES.match(plain)
        if not replaces:
            if not in_tests or READS.match(plain) or not (callee or match[0][-1] != ")"):
                continue
            owner = owner.strip("'\"")
        first, *inner = _WORD.findall(owner) or ["*"]
        words = [*_WORD.findall(also.get(first, first)), *inner] or ["*"]
        if words[0] in known or not owner[:1].isalnum() or (replaces and local):
            found |= {words[-1]: match.end(), ".".join(words[-2:]): match.end()}
    return found
