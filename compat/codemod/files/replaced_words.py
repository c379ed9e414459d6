"""Find the words in a file's code that may replace a function, as a mock or an assignment does."""

import re

# Each begins with a plain word, so that the engine can jump to the next match.
_PATCHED = [
    re.compile(word + rb"(?:[^()]|\((?:[^()]|\([^()]*\))*\)?){0,300}")
    for word in (
        *(rb"attr(?<=(?:set|del)....)", rb"item(?<=(?:set|del)....)"),
        *(rb"patch", rb"vars", rb"__dict__", rb"stub", rb"spy", rb"replace", rb"swap"),
    )
]
# setattr(audio, NAME, fake), where NAME may be any word in quotes
_COMPUTED = [re.compile(word + rb"\([^\n,]+,[ \t\n]*[a-zA-Z_]") for word in (rb"attr", rb"object")]
# what follows a name that is assigned: load = fake, load: object = fake, load, other = fakes
STORED = rb"[ \t\n\\)\]]*+(?::[^\n=]*+|,[^\n()=]*[ \t]|[+|])?=(?!=)"
# what is before one that another statement binds: with fake() as audio.load, del audio.load
BINDS = rb"(?:as(?<=\bas)|del(?<=\bdel)|for(?<=\bfor))[ \t(]++[\w.]+\."
# audio.load = fake, vars(audio)["load"] = fake, TARGET = "audio.load"
_ASSIGNED = [
    re.compile(rb"\.[ \t]*+(\w++)" + STORED),
    re.compile(BINDS + rb"(\w++)"),
    re.compile(rb"\[[ \t]*+['\"](\w++)['\"]" + STORED),
    re.compile(rb"\.(\w++)['\"]"),
]
_QUOTED = re.compile(rb"['\"](\w+)['\"]")
_WORD = re.compile(rb"\w+")


def replaced_words(data: bytes) -> set[bytes]:
    """Return the words in a file's code that may replace a function."""
    patched = b"\n".join(part for one in _PATCHED for part in one.findall(data))
    given = _QUOTED.findall(data) if any(one.search(data) for one in _COMPUTED) else ()
    assigned = (word for one in _ASSIGNED for word in one.findall(data))
    return {*_WORD.findall(patched), *assigned, *given}
