"""The header in front of every message, and the hash that routes it. No I/O."""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass
from enum import IntEnum

MAGIC = b"FRTH"
VERSION = 1
HEADER_BYTES = 56
REPLY_BIT = 0x80
LONGEST_DEADLINE_US = 60_000_000
LARGEST_BODY_BYTES = 1 << 20
LARGEST_FRAME_BYTES = 16 << 20
BROADCAST_PARTITION = 65_535

FIRST_REFUSAL = 100
OUTCOME_UNKNOWN = 121

_LAYOUT = struct.Struct("<4sBBBxIHxxQQQQQ")
_WORD = 0xFFFF_FFFF_FFFF_FFFF


class Kind(IntEnum):
    """What a message asks for."""

    PRICE = 1
    EVENTS = 2
    CATALOGUE = 3
    EXPLAIN = 4
    VERIFY = 5
    ACTIVATE = 6
    STATUS = 7
    INSPECT = 8
    CHECKPOINT = 9
    DRAIN = 10
    FREEZE = 11
    FREEZES = 12
    STOCK = 13
    # Between workers and routers; refused from a client.
    REPORT = 32
    ASSIGN = 33
    LEAD = 34
    PROBE = 35


class Priority(IntEnum):
    """Who is turned away last when there is too much to do: the lower numbers."""

    COMMIT = 0
    PRICE = 1
    EVENT = 2
    BROWSE = 3
    SHADOW = 4


@dataclass(frozen=True)
class Header:
    """The first frame of a message.

    `deadline_us` is the time the sender still waits, in microseconds, counted from when the receiver reads the
    message. `index` is the partition index that an answer must have seen, or has seen. `request_id` has 128 bits.
    """

    kind: int
    deadline_us: int
    key_hash: int
    request_id: int
    priority: int = Priority.PRICE
    is_reply: bool = False
    status: int = 0
    index: int = 0
    tag: int = 0

    @property
    def is_refusal(self) -> bool:
        return self.status >= FIRST_REFUSAL

    def encode(self) -> bytes:
        """The 56 bytes."""
        return _LAYOUT.pack(
            MAGIC,
            VERSION,
            self.kind | (REPLY_BIT if self.is_reply else 0),
            self.priority,
            self.deadline_us,
            self.status,
            self.key_hash,
            self.request_id >> 64,
            self.request_id & _WORD,
            self.index,
            self.tag,
        )

    @classmethod
    def decode(cls, frame: bytes) -> Header:
        """Reads 56 bytes; raises `ValueError` for anything that is not a header of this version."""
        if len(frame) != HEADER_BYTES:
            raise ValueError(f"a header has {HEADER_BYTES} bytes, not {len(frame)}")
        magic, version, kind, priority, deadline, status, key, high, low, index, tag = _LAYOUT.unpack(frame)
        if magic != MAGIC:
            raise ValueError(f"a header begins with {MAGIC!r}, not {magic!r}")
        if version != VERSION:
            raise ValueError(f"version {version} of the protocol is not spoken here")
        return cls(
            kind=kind & ~REPLY_BIT,
            deadline_us=deadline,
            key_hash=key,
            request_id=high << 64 | low,
            priority=priority,
            is_reply=bool(kind & REPLY_BIT),
            status=status,
            index=index,
            tag=tag,
        )


def new_request_id() -> int:
    """128 random bits."""
    return secrets.randbits(128)


def key_hash(tenant: str, user: str) -> int:
    """The routing hash: FNV-1a 64 over `tenant 0x00 user`, finished with MurmurHash3's fmix64."""
    return _mix(_fnv1a(tenant.encode() + b"\0" + user.encode()))


def worker_hash(name: str) -> int:
    """What the header of a DRAIN request calls a worker."""
    return _mix(_fnv1a(name.encode()))


def partition(key: int, partitions: int) -> int:
    """The partition of a key hash: the high 64 bits of `key × partitions`."""
    return key * partitions >> 64


def _fnv1a(data: bytes) -> int:
    state = 0xCBF2_9CE4_8422_2325
    for byte in data:
        state = (state ^ byte) * 0x0000_0100_0000_01B3 & _WORD
    return state


def _mix(word: int) -> int:
    word ^= word >> 33
    word = word * 0xFF51_AFD7_ED55_8CCD & _WORD
    word ^= word >> 33
    word = word * 0xC4CE_B9FE_1A85_EC53 & _WORD
    return word ^ word >> 33
