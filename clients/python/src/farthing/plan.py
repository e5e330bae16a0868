"""Which router gets a request, when another one does, and how the call ends. No sockets, no clock, no randomness.

The rules are those of docs/wire.md, "Several routers": one router at a time; another when it refuses for a reason that
may pass, or says nothing for a quarter of the deadline; the same request id throughout, three requests at most; the
first answer wins. A request that one router still holds may have been done, whatever another says.

All times are microseconds of one monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Union

from .protocol import OUTCOME_UNKNOWN

MOST_ROUTERS = 16
MOST_ATTEMPTS = 3
SHORTEST_PATIENCE_US = 20_000
LONGEST_PATIENCE_US = 100_000
#: For calls that take their time, such as whole batches of rows.
BULK_PATIENCE_US = 2_000_000
PAUSE_US = 20_000
REACH_US = 1_000
#: What an answer given at the deadline may take to travel.
TRAVEL_US = 250_000
FIRST_PROBE_US = 1_000_000

#: Refusals that the same request may not meet again.
RETRYABLE = frozenset({121, 122, 123, 124, 125})


class Ending(Enum):
    """How a call ends."""

    #: The reply just received is the answer, also when it refuses what no repetition would change.
    ANSWERED = "answered"
    #: Every attempt was refused: the last refusal is the answer, and nothing was changed.
    REFUSED = "refused"
    #: What was asked may or may not have been done.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Send:
    """Send the request under this attempt's number, then call `time_advanced`, or `send_failed`."""

    router: int
    attempt: int
    deadline_us: int


@dataclass(frozen=True)
class Wait:
    """Nothing, until a reply comes or this moment does."""

    until_us: int


@dataclass(frozen=True)
class Finish:
    ending: Ending


@dataclass(frozen=True)
class Ignore:
    """The call had ended before."""


Decision = Union[Send, Wait, Finish, Ignore]


class RetryBudget:
    """A token bucket: retries are a fifth of the calls at most, after ten. Counted in fifths, to stay whole."""

    _CAPACITY = 50
    _COST = 5

    def __init__(self) -> None:
        self._fifths = self._CAPACITY

    def earn(self) -> None:
        self._fifths = min(self._CAPACITY, self._fifths + 1)

    def spend(self) -> bool:
        if self._fifths < self._COST:
            return False
        self._fifths -= self._COST
        return True

    def refund(self) -> None:
        self._fifths = min(self._CAPACITY, self._fifths + self._COST)


@dataclass
class _Router:
    heard_us: int = -1
    silences: int = 0
    probe_us: int = 0


class RouterPool:
    """What a client remembers of its routers from one call to the next.

    A silent router is suspected until it answers again; one call tries it after 1 s, then 2, 4, 8, 16.
    """

    def __init__(self, count: int, home: int) -> None:
        if not 1 <= count <= MOST_ROUTERS:
            raise ValueError(f"{count} routers: name 1 to {MOST_ROUTERS}")
        self._routers = [_Router() for _ in range(count)]
        self.home = home % count
        self.budget = RetryBudget()

    @property
    def count(self) -> int:
        return len(self._routers)

    def is_suspected(self, router: int) -> bool:
        return self._routers[router].silences > 0

    def is_probe_due(self, router: int, now_us: int) -> bool:
        return self.is_suspected(router) and self._routers[router].probe_us <= now_us

    def heard(self, router: int, now_us: int) -> None:
        """A message of this router arrived, whatever it says and however late."""
        self._routers[router].heard_us = now_us
        self._routers[router].silences = 0

    def waited(self, router: int, sent_us: int, now_us: int) -> None:
        """A request has waited for too long. What has answered others meanwhile is not silent."""
        state = self._routers[router]
        if state.heard_us < sent_us and state.silences == 0:
            state.silences = 1
            state.probe_us = now_us + FIRST_PROBE_US

    def sending(self, router: int, now_us: int) -> None:
        if self.is_probe_due(router, now_us):
            state = self._routers[router]
            state.silences = min(state.silences + 1, 5)
            state.probe_us = now_us + (FIRST_PROBE_US << (state.silences - 1))


@dataclass
class _Attempt:
    router: int
    sent_us: int
    refusal: int = 0
    is_silent: bool = False


@dataclass
class CallPlan:
    """One call. Every event returns what to do next."""

    deadline_us: int
    started_us: int
    pool: RouterPool
    #: Random bits, for the lengths of pauses.
    seed: int = 0
    longest_patience_us: int = LONGEST_PATIENCE_US
    _attempts: list[_Attempt] = field(default_factory=list)
    _is_finished: bool = False
    _refusals: int = 0
    _refused_us: int = 0
    _unreachable: set[int] = field(default_factory=set)
    _reach_pauses: int = 0
    _reach_us: int | None = None

    def __post_init__(self) -> None:
        self._deadline = self.started_us + self.deadline_us
        self._end = self._deadline + TRAVEL_US
        self._patience = min(max(self.deadline_us // 4, SHORTEST_PATIENCE_US), self.longest_patience_us)

    @property
    def was_sent(self) -> bool:
        return bool(self._attempts)

    # Events

    def started(self, now_us: int) -> Decision:
        self.pool.budget.earn()
        return self._decide(now_us)

    def send_failed(self, router: int, now_us: int) -> Decision:
        """The request that `Send` asked for did not leave."""
        if self._is_finished or not self._attempts:
            return Ignore()
        self._attempts.pop()
        if self._attempts:
            self.pool.budget.refund()
        self._unreachable.add(router)
        return self._decide(now_us)

    def replied(self, status: int, attempt: int, router: int, now_us: int) -> Decision:
        """A reply with this call's request id came; the router returned the attempt's number."""
        self.pool.heard(router, now_us)
        if self._is_finished:
            return Ignore()
        if not 120 <= status < 200:
            return self._finish(Ending.ANSWERED)  # an answer, or a refusal of the request itself
        if not self._refused(status, attempt, router, now_us):
            return self._decide(now_us)  # a duplicate
        if status not in RETRYABLE and not self._may_have_been_done:
            return self._finish(Ending.ANSWERED)
        return self._decide(now_us)

    def time_advanced(self, now_us: int) -> Decision:
        return self._decide(now_us)

    # What the attempts mean

    def _refused(self, status: int, attempt: int, router: int, now_us: int) -> bool:
        if not 0 <= attempt < len(self._attempts):
            return False
        found = self._attempts[attempt]
        if found.router != router or found.refusal:
            return False
        found.refusal = status
        self._refusals += 1
        self._refused_us = now_us
        return True

    @property
    def _unanswered(self) -> list[_Attempt]:
        return [attempt for attempt in self._attempts if not attempt.refusal]

    @property
    def _may_have_been_done(self) -> bool:
        return any(attempt.refusal in (0, OUTCOME_UNKNOWN) for attempt in self._attempts)

    @property
    def _ending(self) -> Ending:
        return Ending.UNKNOWN if not self._attempts or self._may_have_been_done else Ending.REFUSED

    def _note_silence(self, now_us: int) -> None:
        for attempt in self._unanswered:
            if not attempt.is_silent and now_us >= attempt.sent_us + self._patience:
                attempt.is_silent = True
                self.pool.waited(attempt.router, attempt.sent_us, now_us)

    # Deciding

    def _decide(self, now_us: int) -> Decision:
        if self._is_finished:
            return Ignore()
        self._note_silence(now_us)
        if now_us >= self._end:
            return self._finish(self._ending)
        is_hopeless = any(attempt.refusal and attempt.refusal not in RETRYABLE for attempt in self._attempts)
        if now_us >= self._deadline or len(self._attempts) == MOST_ATTEMPTS or is_hopeless:
            return self._nothing_more_to_send()
        last = self._attempts[-1] if self._attempts else None
        is_waiting = last is not None and not last.refusal
        if last is not None and is_waiting and now_us < last.sent_us + self._patience:
            # It left: who could not be sent to before may be back when it turns out to be silent.
            self._unreachable.clear()
            self._reach_us = None
            return self._wait(last.sent_us + self._patience)
        if self._reach_us is not None:
            if now_us < self._reach_us:
                return self._wait(self._reach_us)
            self._reach_us = None
            self._unreachable.clear()
        router = self._next_router(now_us)
        if router is None:
            return self._pause_until_reachable(now_us) if self._unreachable else self._nothing_more_to_send()
        if self._is_tried(router) and not is_waiting:
            pause_end = self._refused_us + self._pause()
            if pause_end >= self._deadline:
                return self._nothing_more_to_send()
            if now_us < pause_end:
                return self._wait(pause_end)
        if self._attempts and not self.pool.budget.spend():
            return self._nothing_more_to_send()
        self.pool.sending(router, now_us)
        self._attempts.append(_Attempt(router, now_us))
        return Send(router, len(self._attempts) - 1, self._deadline - now_us)

    def _next_router(self, now_us: int) -> int | None:
        best: tuple[int, int] | None = None
        for offset in range(self.pool.count):
            router = (self.pool.home + offset) % self.pool.count
            rank = None if router in self._unreachable else self._rank(router, now_us)
            if rank is not None and (best is None or rank < best[0]):
                best = (rank, router)
        return None if best is None else best[1]

    def _rank(self, router: int, now_us: int) -> int | None:
        """Lower goes first; None never."""
        if not self._is_tried(router):
            if not self.pool.is_suspected(router):
                return 0
            if not self.pool.is_probe_due(router, now_us):
                return 4
            return 0 if not self._attempts and router == self.pool.home else 1
        is_last = self._attempts[-1].router == router
        if any(attempt.router == router for attempt in self._unanswered):
            return None if is_last else 5
        return 3 if is_last else 2

    def _is_tried(self, router: int) -> bool:
        return any(attempt.router == router for attempt in self._attempts)

    def _pause(self) -> int:
        """From three to five quarters of a pause that doubles."""
        doubled = PAUSE_US << max(0, self._refusals - 1)
        return doubled - doubled // 4 + hash((self.seed, self._refusals)) % (doubled // 2 + 1)

    def _pause_until_reachable(self, now_us: int) -> Decision:
        self._reach_us = now_us + (REACH_US << self._reach_pauses)
        self._reach_pauses = min(self._reach_pauses + 1, 5)
        return self._wait(self._reach_us)

    def _nothing_more_to_send(self) -> Decision:
        return self._wait(self._end) if self._unanswered else self._finish(self._ending)

    def _wait(self, until_us: int) -> Decision:
        silences = [attempt.sent_us + self._patience for attempt in self._unanswered if not attempt.is_silent]
        return Wait(min([until_us, self._end, *silences]))

    def _finish(self, ending: Ending) -> Decision:
        self._is_finished = True
        return Finish(ending)
