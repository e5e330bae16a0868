"""This client and the vectors that the cluster's own tests read agree. Needs no cluster."""

from __future__ import annotations

import pytest
from meaning import fill, meaning
from vectors import VECTORS

from farthing import Header, key_hash, partition
from farthing import pricing_pb2 as pb


@pytest.mark.parametrize("vector", VECTORS["key_hashes"], ids=lambda v: f"{v['tenant'][:9]}/{v['user'][:9]}")
def test_key_hash(vector):
    key = key_hash(vector["tenant"], vector["user"])
    assert f"{key:016x}" == vector["hash"]
    assert partition(key, 16) == vector["partition_of_16"]
    assert partition(key, 256) == vector["partition_of_256"]


def test_partitions():
    for vector in VECTORS["partitions"]:
        assert partition(int(vector["hash"], 16), vector["of"]) == vector["partition"]


@pytest.mark.parametrize("vector", VECTORS["headers"], ids=lambda v: v["name"])
def test_header(vector):
    header = Header(
        kind=vector["kind"],
        deadline_us=vector["deadline_us"],
        key_hash=int(vector["key_hash"], 16),
        request_id=int(vector["request_id"], 16),
        priority=vector["priority"],
        is_reply=vector["reply"],
        status=vector["status"],
        index=vector["index"],
        tag=vector["tag"],
    )
    assert header.encode().hex() == vector["hex"]
    assert Header.decode(bytes.fromhex(vector["hex"])) == header


@pytest.mark.parametrize("vector", VECTORS["broken_headers"], ids=lambda v: v["name"])
def test_broken_header(vector):
    """A client reads replies only: it must reject what is no header, and be lenient about what is newer."""
    if vector["code"] in (100, 101, 102):
        with pytest.raises(ValueError, match="header|version"):
            Header.decode(bytes.fromhex(vector["hex"]))
    else:
        Header.decode(bytes.fromhex(vector["hex"]))


@pytest.mark.parametrize("vector", VECTORS["bodies"], ids=lambda v: v["message"])
def test_body(vector):
    message = getattr(pb, vector["message"])()
    fill(message, vector["meaning"])
    assert message.SerializeToString(deterministic=True).hex() == vector["hex"]
    assert meaning(type(message).FromString(bytes.fromhex(vector["hex"]))) == vector["meaning"]
