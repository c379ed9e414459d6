"""``make links``: ask every address outside that the guide names whether it is still there. It needs the net, so no test does it."""

import concurrent.futures
import re
import sys
import urllib.error
import urllib.request

from tests.guide import pages

_ADDRESS = re.compile(r"https?://[^\s)>`\"']+[\w/]")


def _asked(address: str) -> str:
    """What became of an address; empty where it is there."""
    request = urllib.request.Request(address, method="HEAD", headers={"User-Agent": "torchaudio-compat link check"})
    try:
        with urllib.request.urlopen(request, timeout=20):
            return ""
    except (urllib.error.URLError, TimeoutError) as why:
        return str(why)


def main() -> int:
    """Print those that are gone; 1 where there are any."""
    named = {address: pages.name(page) for page in pages.PAGES for address in _ADDRESS.findall(page.read_text("utf-8"))}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = dict(zip(named, pool.map(_asked, named), strict=True))
    for address, why in answers.items():
        if why:
            print(f"{named[address]}: {address}: {why}")
    print(f"{len(named)} addresses asked, {sum(map(bool, answers.values()))} not there")
    return int(any(answers.values()))


if __name__ == "__main__":
    sys.exit(main())
