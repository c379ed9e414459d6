"""Read files on http and https servers here, to bound each wait and check each redirect.

FFmpeg follows a redirect to any host, and takes a broken connection for the file's end.
Certificates are not checked; FFmpeg does not check them either.
"""

from __future__ import annotations

import contextlib
import io
import re
import urllib.parse
from typing import Any, NamedTuple

from dispatcher import interrupts, notices
from dispatcher.errors import BackendError, describe
from dispatcher.lazily import base64, http_client, ipaddress, socket, ssl, urllib_request
from dispatcher.reading import file_objects
from dispatcher.settings import Settings

_URL = re.compile(r"https?://", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_MOST_REDIRECTS = 8
_REDIRECTS = (301, 302, 303, 307, 308)
_WHOLE, _PART, _BEYOND = 200, 206, 416
_SKIPPED_BY_READING = 1 << 16  # bytes; to go further ahead, a new request costs less
_SKIP = 1 << 14
_MOST_FETCHED = 1 << 24  # bytes
_CHANGED = "the file changed on the server while it was read; load it again"
# where clouds give credentials to their machines; Python's ``is_link_local`` covers the others
_METADATA = ("fd00:ec2::254", "100.100.100.200")


class NotSpokenError(BackendError):
    """A server does not answer in HTTP, as old radio stations do not; FFmpeg may understand it."""


class _Refusal(NamedTuple):
    """A server's answer that is no file."""

    status: int
    reason: str
    location: str


def is_address(text: object) -> bool:
    """Return whether this is an address to read from a server here."""
    return isinstance(text, str) and _URL.match(text) is not None


def _is_inner(address: str) -> bool:
    """Return whether an IP address is of this machine or its neighbours.

    No server outside may redirect to those.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return (
        found.is_loopback
        or found.is_link_local
        or found.is_unspecified
        or found.is_multicast
        or str(found) in _METADATA
    )


def _is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_global


def _connected(host: str, port: int, timeout: float, *, from_public: bool) -> socket.socket:
    """Connect to a host, after checking all its addresses.

    Raises:
        BackendError: a public server redirects to this machine or its neighbours.
        OSError: no address answers.
    """
    addresses: list[Any] = [
        entry[4] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    if from_public and any(_is_inner(str(address[0])) for address in addresses):
        raise BackendError(
            f"a public server redirects to {host}, an address of this machine or its network; "
            "no flag allows that"
        )
    failure: OSError = OSError(f"{host} has no address")
    for address in addresses:
        try:
            return socket.create_connection(address[:2], timeout)
        except OSError as why:
            failure = why
    raise failure


class _Fetched(io.BytesIO):
    """A whole file of a server, in memory; ``loss`` as in ``Remote``."""

    loss = ""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class _Place(NamedTuple):
    """The parts of an address."""

    scheme: str
    host: str
    port: int
    path: str
    user: str


def _parsed(url: str) -> _Place:
    """Return the parts of an address.

    Raises:
        BackendError: it names no host, or its port is no number.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme.lower(), 0)
        host = (
            (parts.hostname or "")
            .encode("idna" if not (parts.hostname or "").isascii() else "ascii")
            .decode()
        )
    except (ValueError, UnicodeError) as why:
        raise BackendError(f"the address {url!r} cannot be understood ({why})") from why
    if not host:
        raise BackendError(f"the address {url!r} names no host")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    user = (
        f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        if parts.username
        else ""
    )
    return _Place(
        parts.scheme.lower(),
        host,
        port,
        urllib.parse.quote(path, safe="/%:@!$&'()*+,;=~-._?[]"),
        user,
    )


def _is_ours(first: _Place, other: _Place) -> bool:
    """Return whether another address is on the first one's server; https on its host counts."""
    if first.host.lower() != other.host.lower() or (first.scheme, other.scheme) == (
        "https",
        "http",
    ):
        return False
    upgraded = (
        (first.scheme, other.scheme) == ("http", "https")
        and first.port == _PORTS["http"]
        and other.port == _PORTS["https"]
    )
    return upgraded or first.port == other.port


def _checked(first: _Place, url: str, settings: Settings) -> _Place:
    """Return the parts of a redirect's address.

    Raises:
        BackendError: no redirect may lead there.
    """
    other = _parsed(url) if is_address(url) else None
    if other is None:
        raise BackendError(f"the server redirects to {url!r}, which is not http or https")
    if settings.follow_redirects == "never":
        hint = "pass that address, or turn the flag follow_redirects to 'same host'"
        raise BackendError(f"the server redirects to {url!r}, and no redirect is followed; {hint}")
    if settings.follow_redirects == "same host" and not _is_ours(first, other):
        hint = "pass that address, or turn the flag follow_redirects to 'any host'"
        raise BackendError(
            f"the server redirects to {url!r}, which is not on {first.host}:{first.port}; {hint}"
        )
    return other


def _tls() -> ssl.SSLContext:
    # ``create_default_context`` would load the system's certificates, and none is checked
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _connection(
    place: _Place, timeout: float, *, from_public: bool
) -> tuple[http_client.HTTPConnection, bool]:
    """Connect to an address' server or its proxy, and return whether the server is public.

    A proxy hides the server's address, which then counts as public.
    """
    secure = place.scheme == "https"
    proxy = (
        None
        if urllib_request.proxy_bypass(place.host)
        else urllib_request.getproxies().get(place.scheme)
    )
    if proxy:
        if (
            from_public
            and re.fullmatch(r"[\d.]+|.*:.*|localhost", place.host)
            and (place.host == "localhost" or _is_inner(place.host))
        ):
            raise BackendError(f"a public server redirects to {place.host}; no flag allows that")
        before = _parsed(proxy if "://" in proxy else f"http://{proxy}")
        kind = http_client.HTTPSConnection if secure else http_client.HTTPConnection
        options: dict[str, Any] = {"context": _tls()} if secure else {}
        through = kind(before.host, before.port, timeout=timeout, **options)
        if secure:
            through.set_tunnel(place.host, place.port)
        return through, True
    connection = http_client.HTTPConnection(place.host, place.port, timeout=timeout)
    opened = _connected(place.host, place.port, timeout, from_public=from_public)
    is_public = _is_public(str(opened.getpeername()[0]))
    try:
        connection.sock = (
            _tls().wrap_socket(opened, server_hostname=place.host) if secure else opened
        )
    except BaseException:
        opened.close()
        raise
    return connection, is_public


class _Version(NamedTuple):
    """What tells whether two answers are parts of the same file."""

    size: int | None
    modified: str | None
    tag: str | None

    def differs(self, other: _Version) -> bool:
        """Return whether the file changed; servers behind one address may differ in their tags."""
        if self.size is not None and self.size != other.size:
            return True
        if self.modified and other.modified:
            return self.modified != other.modified
        return bool(self.tag and other.tag) and self.tag != other.tag


class Remote:
    """A file on a server, as a file object; it can seek if the server gives parts of files.

    Attributes:
        url: as the caller passed it.
        where: the address after redirects.
        loss: what is missing, in words, if the server stopped before the file's end.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self.url: str = url
        self.where: str = url
        self.loss: str = ""
        self._settings = settings
        self._timeout = max(settings.network_timeout, 1e-3)
        self._at = 0
        self._size: int | None = None
        self._version: _Version | None = None
        self._connection: http_client.HTTPConnection | None = None
        self._answer: http_client.HTTPResponse | None = None
        self._until: int | None = None  # where the answer ends, if it is a part
        self._goes_back = False

    def ask(self) -> None:
        """Ask for the file.

        Raises:
            NotSpokenError: (a BackendError) the server does not speak HTTP; FFmpeg may understand
                it.
            BackendError: (a RuntimeError) the server does not answer, or redirects where none may
                lead.
        """
        self._ask(0)

    def reader(self) -> file_objects.Reader:
        """Return the reader for FFmpeg.

        If the server gives no parts of files, a short file is fetched whole first, so that FFmpeg
        can seek.

        Raises:
            BackendError: the server sends nothing for too long, or fails.
        """
        if self._goes_back:
            return file_objects.Reader(self)
        if self._size is None or self._size > _MOST_FETCHED:
            return file_objects.ForwardReader(self)
        held = _Fetched(self.url)
        while data := self.read(_SKIP):
            held.write(data)
        held.seek(0)
        held.loss = self.loss
        return file_objects.Reader(held)

    def seekable(self) -> bool:
        """Return whether the server gives parts of the file."""
        return self._goes_back

    def tell(self) -> int:
        """Return the position of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position; the server is asked only when the next bytes are read."""
        place = offset + (0, self._at, self._size or 0)[whence]
        if place != self._at:
            if self._answer is not None and 0 < place - self._at <= _SKIPPED_BY_READING:
                while self._at < place and self.read(min(place - self._at, _SKIP)):
                    pass
            else:
                self.close()
        self._at = place
        return place

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, as many as come at once; none at the end.

        Raises:
            BackendError: the server sends nothing for too long, or fails.
        """
        data = self._received(size)
        while not data and self._at == self._until:  # a server may give less than was asked for
            self.close()
            data = self._received(size)
        return data

    def _received(self, size: int) -> bytes:
        if self._size is not None and self._at >= self._size:
            return b""
        if self._answer is None:
            self._ask(self._at)
        if self._answer is None:
            return b""
        try:
            with interrupts.allowed():
                data = self._answer.read1(size)
        except TimeoutError as why:
            raise BackendError(
                f"the server sent nothing for {self._settings.network_timeout:g} s "
                "(the flag network_timeout)"
            ) from why
        except (OSError, http_client.HTTPException) as why:
            self.loss = f"the connection broke ({why})"
            return b""
        self._at += len(data)
        end = self._size or self._until or 0
        if not data and self._at < end and self._at != self._until:
            self.loss = f"the server closed the connection at byte {self._at} of {end}"
        return data

    def close(self) -> None:
        """Close the connection."""
        for held in (self._answer, self._connection):
            if held is not None:
                with contextlib.suppress(OSError):
                    held.close()
        self._answer = self._connection = self._until = None

    def _ask(self, at: int) -> None:
        """Ask for the file from byte ``at`` on, and follow redirects.

        Raises:
            BackendError: the server does not answer, or not with a file.
        """
        first, url, public = _parsed(self.url), self.url, False
        place = first
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                with interrupts.allowed():
                    refusal, public = self._answered(place, at, from_public=public)
            except TimeoutError as why:
                raise BackendError(
                    f"the server did not answer within {self._settings.network_timeout:g} s "
                    "(the flag network_timeout)"
                ) from why
            except http_client.BadStatusLine as why:
                kind = NotSpokenError if str(why).strip("'").startswith("ICY") else BackendError
                raise kind(
                    f"the server does not answer as HTTP servers do ({str(why)[:60]})"
                ) from why
            except (OSError, http_client.HTTPException, UnicodeError, ValueError) as why:
                raise BackendError(
                    f"the server cannot be reached ({str(why)[:200] or type(why).__name__})"
                ) from why
            if refusal is None:
                self.where = url
                return
            if refusal.status not in _REDIRECTS or not refusal.location:
                raise BackendError(f"the server answers {refusal.status} {refusal.reason}")
            url = urllib.parse.urljoin(url, refusal.location)
            place = _checked(first, url, self._settings)
            if not place.user and _is_ours(first, place):
                place = place._replace(user=first.user)
        raise BackendError(
            f"the server redirects more than {_MOST_REDIRECTS} times, last to {url!r}"
        )

    def _answered(
        self, place: _Place, at: int, *, from_public: bool
    ) -> tuple[_Refusal | None, bool]:
        """Ask one server once; return its refusal or ``None``, and whether any was public yet."""
        self.close()
        connection, is_public = _connection(place, self._timeout, from_public=from_public)
        self._connection = connection
        target = place.path
        if connection.host != place.host and place.scheme == "http":
            target = f"http://{place.host}:{place.port}{place.path}"
        # the headers FFmpeg sends, except for the name
        headers = {
            "User-Agent": "torchaudio-compat",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Range": f"bytes={at}-",
        }
        if place.user:
            headers["Authorization"] = "Basic " + base64.b64encode(place.user.encode()).decode()
        default = place.port == _PORTS[place.scheme]
        headers["Host"] = place.host if default else f"{place.host}:{place.port}"
        connection.request("GET", target, headers=headers)
        answer = self._answer = connection.getresponse()
        public = from_public or is_public
        if answer.status not in (_WHOLE, _PART):
            self.close()
            if answer.status != _BEYOND or not at:
                location = answer.getheader("Location") or ""
                return _Refusal(answer.status, answer.reason, location), public
            if self._size is not None and at < self._size:
                raise BackendError(_CHANGED)
            return None, public
        length, told = (
            answer.getheader("Content-Length"),
            re.fullmatch(r"bytes (\d+)-(\d*)/(\d+|\*)", answer.getheader("Content-Range") or ""),
        )
        if answer.status == _PART and told is not None:
            if told[3] != "*":
                self._size, self._goes_back = int(told[3]), True
            until = int(told[2] or -1) + 1
            self._until = until if until > int(told[1]) else None
        elif length is not None and length.isdigit() and answer.status == _WHOLE:
            self._size = int(length)
            self._goes_back = (answer.getheader("Accept-Ranges") or "").lower() == "bytes"
        if at and (answer.status == _WHOLE or told is None or int(told[1]) != at):
            raise BackendError(
                "the server gives another part of the file than the one that was asked for"
            )
        version = _Version(self._size, answer.getheader("Last-Modified"), answer.getheader("ETag"))
        if self._version is not None and version.differs(self._version):
            raise BackendError(_CHANGED)
        self._version = version
        return None, public


def warn_of_loss(place: Any, found: str) -> None:
    """Warn if a server stopped before its file's end.

    ``place`` is what was read from, which need not be of a server, and ``found`` what came.
    """
    file = getattr(place, "original", place)
    if loss := getattr(file, "loss", ""):
        notices.warn(
            f"{found} of {describe(file.url)} could be decoded: {loss}", notices.DamagedInputWarning
        )


def settled(url: str, settings: Settings) -> str:
    """Return the address after redirects, for FFmpeg, which must not follow any itself.

    Raises:
        BackendError: (a RuntimeError) the server does not answer, or redirects where none may lead.
    """
    remote = Remote(url, settings)
    try:
        remote.ask()
    finally:
        remote.close()
    return remote.where
