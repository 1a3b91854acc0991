"""Which network addresses a fetch may connect to."""

from __future__ import annotations

import ipaddress
import socket

from tagger.errors import SourceError

# NAT64, and two old ways to write an IPv4 address as an IPv6 one that ipaddress doesn't know: compatible, translated.
_HOLDING_IPV4 = [ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")]
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_loopback(host: str) -> bool:
    """Return whether a host, as written, is this machine: ``localhost`` or a loopback address."""
    try:
        return _inner(ipaddress.ip_address(host.strip("[]"))).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_bare(host: str) -> bool:
    """Return whether a host is an address, in any of the forms that systems take (``127.1``, ``0x7f000001``)."""
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeEncodeError):
        return ":" in host
    return True


def is_public(address: str) -> bool:
    """Return whether an address is one of the public network, also if it is an IPv4 address inside an IPv6 one."""
    found = _inner(ipaddress.ip_address(address.split("%")[0]))
    if isinstance(found, ipaddress.IPv6Address) and (found.is_site_local or found in _LOCAL_NAT64):
        return False
    return found.is_global and not found.is_multicast


def checked_address(host: str, port: int, *, loopback: bool) -> str:
    """Resolve a host and return the address to connect to, so that no later look-up can give another.

    With ``loopback``, this machine is allowed too. Raises SourceError if any address isn't allowed, OSError if the name
    isn't known.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not (is_public(address) or (loopback and is_loopback(address))):
            raise SourceError(
                f"{host} is at {address}, which is no public address, so it isn't fetched",
                "Download the file yourself and ingest that",
            )
    return found[0]


def _inner(address: _Address) -> _Address:
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _HOLDING_IPV4) and not address.is_loopback:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address
