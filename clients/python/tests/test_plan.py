"""The rules of a call, told as scripts, and as laws that hold in any storm. Needs no sockets."""

from __future__ import annotations

import heapq
import random

import pytest

from farthing.plan import TRAVEL_US, CallPlan, Ending, Finish, Ignore, RouterPool, Send, Wait

STATUS = {"answers": 0, "overloaded": 122, "unavailable": 123, "unknown": 121, "quarantined": 127, "nonsense": 204}


def run(script: str, routers: int, deadline_ms: int = 2_000) -> str:
    """Lines of `milliseconds event -> decision`; returns the script as it really goes."""
    pool = RouterPool(routers, home=0)
    plan = CallPlan(deadline_us=deadline_ms * 1_000, started_us=0, pool=pool, seed=7)
    attempts: dict[int, int] = {}
    lines = []
    for line in script.strip().splitlines():
        event = line.strip().split(" -> ")[0]
        at, who, *what = event.split()
        now = int(float(at) * 1_000)
        if who == "call":
            decision = plan.started(now)
        elif who == "time":
            decision = plan.time_advanced(now)
        elif what == ["gone"]:
            decision = plan.send_failed(ord(who) - 65, now)
        else:
            router = ord(who) - 65
            decision = plan.replied(STATUS[what[0]], attempts.get(router, 0), router, now)
        if isinstance(decision, Send):
            attempts[decision.router] = decision.attempt
            said = f"send {chr(65 + decision.router)} {decision.deadline_us // 1_000}"
        elif isinstance(decision, Wait):
            said = f"wait {decision.until_us // 1_000}"
        else:
            said = decision.ending.value if isinstance(decision, Finish) else "ignored"
        lines.append(f"{event} -> {said}")
    return "\n".join(lines)


SCRIPTS = [
    (
        "a silent router is followed by another",
        2,
        """0 call -> send A 2000
           0 time -> wait 100
           100 time -> send B 1900
           110 B answers -> answered
           111 A answers -> ignored""",
    ),
    (
        "three requests leave at most and then the outcome is unknown",
        4,
        """0 call -> send A 2000
           100 time -> send B 1900
           200 time -> send C 1800
           300 time -> wait 2250
           2250 time -> unknown""",
    ),
    (
        "a router that refuses for the moment is followed by another at once",
        3,
        """0 call -> send A 2000
           1 A overloaded -> send B 1999
           2 B unavailable -> send C 1998
           3 C overloaded -> refused""",
    ),
    (
        "what one router refuses another may have done",
        2,
        """0 call -> send A 2000
           100 time -> send B 1900
           101 B quarantined -> wait 2250
           2250 time -> unknown""",
    ),
    (
        "a refusal of the request itself is the answer",
        2,
        """0 call -> send A 2000
           1 A nonsense -> answered""",
    ),
    (
        "the only router is not asked twice because it is silent",
        1,
        """0 call -> send A 2000
           100 time -> wait 2250
           1000 A answers -> answered""",
    ),
    (
        "a router that cannot be sent to costs no attempt",
        3,
        """0 call -> send A 2000
           0 A gone -> send B 2000
           0 B gone -> send C 2000
           0 time -> wait 100
           100 time -> send A 1900""",
    ),
    (
        "an outcome that a router cannot know stays unknown",
        3,
        """0 call -> send A 2000
           1 A unknown -> send B 1999
           2 B unavailable -> send C 1998
           3 C unavailable -> unknown""",
    ),
]


@pytest.mark.parametrize("name, routers, script", SCRIPTS, ids=[name for name, _, _ in SCRIPTS])
def test_script(name, routers, script):
    wanted = "\n".join(line.strip() for line in script.splitlines())
    assert run(script, routers) == wanted


def test_a_silent_router_is_avoided_and_tried_by_one_call_now_and_then():
    pool = RouterPool(2, home=0)
    CallPlan(deadline_us=2_000_000, started_us=0, pool=pool).started(0)
    first = CallPlan(deadline_us=2_000_000, started_us=0, pool=pool)
    first.started(0)
    first.time_advanced(100_000)
    probes = []
    for at in range(100_000, 20_000_000, 10_000):
        decision = CallPlan(deadline_us=2_000_000, started_us=at, pool=pool).started(at)
        if decision.router == 0:
            probes.append(at // 1_000)
    assert probes == [1_100, 3_100, 7_100, 15_100]
    pool.heard(0, 20_000_000)
    assert CallPlan(deadline_us=2_000_000, started_us=20_000_000, pool=pool).started(20_000_000).router == 0


def test_retries_are_a_fifth_of_the_calls():
    pool = RouterPool(3, home=0)
    sends = 0
    for number in range(1_000):
        plan = CallPlan(deadline_us=2_000_000, started_us=number * 10_000, pool=pool)
        decision = plan.started(number * 10_000)
        while isinstance(decision, Send):
            sends += 1
            decision = plan.replied(122, decision.attempt, decision.router, number * 10_000)
        assert decision == Finish(Ending.REFUSED) or isinstance(decision, Wait)
    assert 1_190 <= sends <= 1_210


@pytest.mark.parametrize("seed", range(500))
def test_any_storm_keeps_the_laws(seed):
    """One ending for each call, in time; three requests at most; nothing done is reported as refused."""
    dice = random.Random(seed)
    pool = RouterPool(dice.randint(1, 5), home=dice.randrange(5))
    loss, gone, refusal, copies = (dice.choice(choice) for choice in ([0, 0.5, 1], [0, 0.3, 1], [0, 0.5, 1], [1, 3]))
    happenings: list[tuple[int, int, tuple]] = []
    state = {"order": 0, "sends": 0, "done": False, "ending": None, "reply": None}
    deadline = dice.choice([1, 20_000, 250_000, 2_000_000])
    plan = CallPlan(deadline_us=deadline, started_us=0, pool=pool, seed=seed)

    def happens(at, what):
        state["order"] += 1
        heapq.heappush(happenings, (at, state["order"], what))

    def follow(decision, now):
        while isinstance(decision, Send):
            assert state["ending"] is None and decision.deadline_us > 0
            if dice.random() < gone:
                decision = plan.send_failed(decision.router, now)
                continue
            state["sends"] += 1
            assert state["sends"] <= 3
            if dice.random() < loss:
                state["done"] = state["done"] or dice.random() < 0.5
            else:
                status = dice.choice([121, 122, 123, 124, 125, 127]) if dice.random() < refusal else 0
                state["done"] = state["done"] or status == 0 or (status == 121 and dice.random() < 0.5)
                for _ in range(copies):
                    later = now + 1 + dice.randrange(dice.choice([1_000, 3_000_000]))
                    happens(later, (status, decision.attempt, decision.router))
            decision = plan.time_advanced(now)
        if isinstance(decision, Wait):
            assert now < decision.until_us <= deadline + TRAVEL_US
            happens(decision.until_us, ())
        elif isinstance(decision, Finish):
            assert state["ending"] is None
            state["ending"] = decision.ending
            if decision.ending is not Ending.UNKNOWN:
                assert state["reply"] is not None
                assert state["reply"] == 0 or not state["done"]
        else:
            assert isinstance(decision, Ignore) and state["ending"] is not None

    follow(plan.started(0), 0)
    while happenings:
        now, _, what = heapq.heappop(happenings)
        if what:
            state["reply"] = what[0]
        follow(plan.replied(*what, now) if what else plan.time_advanced(now), now)
    assert state["ending"] is not None
