import socket

import pytest

from tagger.errors import SourceError
from tagger.sources.addresses import checked_address, is_bare, is_loopback, is_public

PRIVATE = [
    "127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.1.1",
    "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.5", "64:ff9b::a00:5", "2002:a00:5::1",
    "::10.0.0.5", "::ffff:0:10.0.0.5", "64:ff9b:1::a00:5", "fec0::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_no_public_network_is_none_also_inside_another(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_one(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f000001", "127.0.0.1", "localhost"])
def test_this_machine_is_found_however_it_is_written(host: str) -> None:
    with pytest.raises(SourceError, match="no public address"):
        checked_address(host, 80, loopback=False)


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.5")]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(SourceError, match=r"10\.0\.0\.5"):
        checked_address("two.example", 80, loopback=True)


def test_hosts_are_told_apart() -> None:
    assert is_loopback("localhost") and is_loopback("[::1]") and not is_loopback("localhost.example")
    assert is_bare("0x7f.1") and is_bare("::1") and not is_bare("arxiv.org")
