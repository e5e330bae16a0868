"""The two ways in which a call can end without a value."""

from __future__ import annotations

from . import pricing_pb2 as pb


class FarthingError(Exception):
    """Base of everything that this package raises on purpose."""


class Refused(FarthingError):
    """The cluster said no. Nothing was changed.

    `code` is the stable number and `name` its name; `place` is the field at fault, `value` what stood there,
    `remedy` what to do. `retryable` says whether the same request can succeed later.
    """

    def __init__(self, code: int, name: str, place: str, value: str, remedy: str, retryable: bool) -> None:
        found = f" is “{value}”" if value else ""
        super().__init__(f"{name} ({code}): {place}{found}. {remedy}")
        self.code = code
        self.name = name
        self.place = place
        self.value = value
        self.remedy = remedy
        self.retryable = retryable

    @classmethod
    def decode(cls, body: bytes) -> Refused:
        """Reads the body of an answer whose status is 100 or more."""
        refusal = pb.Refusal.FromString(body)
        return cls(refusal.code, refusal.name, refusal.place, refusal.value, refusal.remedy, refusal.retryable)


class Unknown(FarthingError):
    """No answer came in time, or the cluster itself cannot know. The request may or may not have been done.

    Not a failure: ask again with the same event ids, which count once.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"outcome unknown: {reason}. Sending the same ids again is safe")
        self.reason = reason
