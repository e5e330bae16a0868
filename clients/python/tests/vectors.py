"""The vectors that every implementation of the protocol is tested with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[3] / "Tests/WireTests/Vectors/wire-vectors.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


def body_bytes(vector: dict[str, Any]) -> bytes:
    """The bytes of a broken body: `prefix`, then `hex` repeated `times`."""
    return bytes.fromhex(vector.get("prefix", "")) + bytes.fromhex(vector["hex"]) * vector.get("times", 1)
