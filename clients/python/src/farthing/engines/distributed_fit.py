"""The response model fitted by several Dask workers, each with a part of the rows.

Two or three boosters step together, from derivatives taken at the same point. Each worker steps them itself, with the
derivatives of its own rows, inside XGBoost's collective: building a tree adds the workers' histograms up, and all of
them hold the same forests. What travels each round is histograms and a few sums, never rows: each worker reads its own
from files of its own. Why not `xgboost.dask.train`: docs/adr/0015.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import distributed
import numpy as np
import xgboost
from xgboost import collective
from xgboost.tracker import RabitTracker

from .response import HIGHEST_SLOPE, LOWEST_SLOPE, Shape, gradients, loss

#: Rounds between two looks at the held-out rows.
LOOK_EVERY = 10
#: Rows by which whoever reads the forests can check that they say the same there.
CHECKED_ROWS = 1_000
FORESTS = ("intercept", "slope", "saturation")
#: The second only if some are held out.
ROWS = ("learned", "held_out")


class Rows(NamedTuple):
    """Of one worker; every array has a place for each row."""

    x: np.ndarray
    price: np.ndarray
    bought: np.ndarray
    #: What the forests of the intercept and of the slope add to.
    a: np.ndarray
    s: np.ndarray


_client: distributed.Client | None = None


def client(crew: dict) -> distributed.Client:
    """The cluster that is named, or one of processes on this machine; made once."""
    global _client
    if _client is None:
        if crew.get("scheduler"):
            _client = distributed.Client(crew["scheduler"], timeout="20s")
        else:
            cluster = distributed.LocalCluster(
                n_workers=crew["workers"], threads_per_worker=1, processes=True, dashboard_address=None
            )
            _client = distributed.Client(cluster)
        _client.wait_for_workers(crew["workers"], timeout=60)
    return _client


def crew_members(cluster: distributed.Client, crew: dict) -> list[str]:
    """Their addresses, each time in the same order. All were there once; one that is gone since is not waited for."""
    addresses = sorted(cluster.nthreads())[: crew["workers"]]
    if len(addresses) < crew["workers"]:
        raise RuntimeError(f"{len(addresses)} of {crew['workers']} workers are there")
    return addresses


def fit(folder: Path, crew: dict, _progress: Callable[[float], None]) -> None:
    """Reads the rows and settings.json, writes the workers' parts, fit.json, <forest>.json and <forest>_sums.npy."""
    settings = json.loads((folder / "settings.json").read_text())
    cluster = client(crew)
    addresses = crew_members(cluster, crew)
    files = zip(*(partition(folder, rows, len(addresses)) for rows in ROWS if (folder / f"{rows}_x.npy").exists()))
    parts = [within_reach(cluster, address, list(part)) for address, part in zip(addresses, files)]
    # Two fits that wait for each other's workers would wait for ever.
    with distributed.Lock("farthing-fit"), meeting_point(crew) as arguments:
        shares = [
            cluster.submit(
                train, place, part, settings, arguments, workers=[address], pure=False, allow_other_workers=False
            )
            for place, (part, address) in enumerate(zip(parts, addresses))
        ]
        outcome = first_share(cluster, shares, addresses)
    for name, (model, sums) in outcome.pop("forests").items():
        (folder / f"{name}.json").write_bytes(model)
        np.save(folder / f"{name}_sums.npy", sums)
    (folder / "fit.json").write_text(json.dumps(outcome))


def partition(folder: Path, rows: str, workers: int) -> list[Path]:
    """Writes a file for each worker, <rows>-000.npz and so on, in the order of the rows."""
    columns = [np.load(folder / f"{rows}_{column}.npy", mmap_mode="r") for column in Rows._fields]
    splits = candidate_splits(columns[0]) if rows == "learned" else None
    files = []
    for place, part in enumerate(zip(*(np.array_split(column, workers) for column in columns))):
        x, *others = part
        files.append(folder / f"{rows}-{place:03}.npz")
        np.savez(files[-1], **Rows(moved_down(x, splits) if splits else x, *others)._asdict())
    return files


def read(part: Path | Rows) -> Rows:
    if isinstance(part, Rows):
        return part
    with np.load(part) as columns:
        return Rows(**columns)


def within_reach(cluster: distributed.Client, address: str, files: list[Path]) -> list[Path] | distributed.Future:
    """The files of a worker that can read them; a worker that shares no disk with this machine is sent the rows."""
    if all(cluster.run(os.access, file, os.R_OK, workers=[address])[address] for file in files):
        return files
    # Without hashes: parts that are alike would be one, and move from worker to worker.
    return cluster.scatter([[read(file) for file in files]], workers=[address], direct=True, hash=False)[0]


def first_share(cluster: distributed.Client, shares: list[distributed.Future], addresses: list[str]) -> dict:
    """What came of the first worker's share, once all are done.

    Where one fails, the others lose their connections to it: its own error is raised, not theirs. Dask would
    keep the share of a worker that is gone until it is back, and the others would wait for that share."""
    while True:
        with suppress(distributed.TimeoutError):
            distributed.wait(shares, timeout=1)
        if all(share.status == "finished" for share in shares):
            return shares[0].result(timeout=300)
        gone = sorted(set(addresses) - set(cluster.nthreads()))
        if gone:
            raise RuntimeError(f"gone before the forests had grown: worker {', '.join(gone)}")
        errors = [share.exception() for share in shares if share.status == "error"]
        if errors:
            raise next((error for error in errors if not isinstance(error, xgboost.core.XGBoostError)), errors[0])


def candidate_splits(x: np.ndarray) -> list[np.ndarray]:
    """Those that XGBoost finds in all rows, for each column, and a number below them."""
    ends, cuts = xgboost.QuantileDMatrix(x, nthread=1).get_quantile_cut()
    columns = (cuts[int(start) : int(end)].astype(np.float32) for start, end in zip(ends, ends[1:]))
    return [np.concatenate([[np.nextafter(own[0], np.float32(-np.inf))], own]) for own in columns]


def moved_down(x: np.ndarray, splits: list[np.ndarray]) -> np.ndarray:
    """Every number moved down to the candidate split at or below it, so that it goes left and right where it went.

    Workers that look for candidates in their own parts merge summaries, which are a little different for each number of
    workers; with no more distinct numbers than candidates they all find these."""
    moved = np.empty_like(x)
    for column, own in enumerate(splits):
        moved[:, column] = own[np.searchsorted(own, x[:, column], side="right").clip(1) - 1]
    return moved


@contextmanager
def meeting_point(crew: dict) -> Iterator[dict]:
    """Where the workers find each other. Closed in any case: else who waits there for one that failed would go on."""
    tracker = RabitTracker(n_workers=crew["workers"], host_ip=own_address(crew), sortby="task")
    tracker.start()
    try:
        yield tracker.worker_args()
    finally:
        with suppress(xgboost.core.XGBoostError):
            tracker.free()


def own_address(crew: dict) -> str:
    """Where the workers find this machine: the address from which it reaches their scheduler."""
    if not crew.get("scheduler"):
        return "127.0.0.1"
    scheduler = urlsplit(crew["scheduler"])
    with socket.create_connection((scheduler.hostname, scheduler.port), timeout=20) as connection:
        return connection.getsockname()[0]


def train(place: int, part: list[Path] | list[Rows], settings: dict, arguments: dict) -> dict | None:
    """One worker's share of the fit; the first one says what came of it."""
    # Whoever cannot read says so, before others can only say that somebody is missing.
    rows = [read(source) for source in part]
    with collective.CommunicatorContext(**arguments, dmlc_task_id=f"{place:06}"):
        forests = Forests(settings, *rows)
        forests.grow()
        return forests.outcome() if place == 0 else None


def everywhere(numbers: np.ndarray) -> np.ndarray:
    # The result is flat, whatever went in.
    return collective.allreduce(np.ascontiguousarray(numbers, float), collective.Op.SUM).reshape(numbers.shape)


class Part:
    """One worker's rows, and how the boosters read them."""

    def __init__(self, rows: Rows):
        self.rows = rows
        self.matrix = xgboost.DMatrix(rows.x, nthread=1)


class Forests:
    """The forests while they grow, over one worker's rows. Every decision rests on sums over all workers' rows."""

    def __init__(self, settings: dict, learned: Rows, held: Rows | None = None):
        self.settings = settings
        self.learned = Part(learned)
        self.held = None if held is None else Part(held)
        centre = np.float32(settings["centre"])
        self.shape = Shape(learned.price - centre, settings["knots"], settings["gradients"], everywhere)
        if held is not None:
            self.held_lengths = self.shape.cut(held.price - centre)
            self.held_count = everywhere(np.array([len(held.bought)]))[0]
        self.best_round, self.best_loss, self.best_gradients = 0, None, self.shape.gradients
        self.grown = {name: settings[name] for name in FORESTS if settings.get(name)}
        self.boosters = {name: self.booster(forest) for name, forest in self.grown.items()}

    def booster(self, forest: dict) -> xgboost.Booster:
        return xgboost.Booster(
            {
                # The objective only supplies the identity link; every gradient is ours.
                "objective": "reg:squarederror", "base_score": 0, "tree_method": "hist", "nthread": 1,
                "max_depth": forest["depth"], "eta": forest["learning_rate"], "lambda": forest["shrinkage"],
                "min_child_weight": forest["leaf_weight"],
            },
            [part.matrix for part in (self.learned, self.held) if part],
        )  # fmt: skip

    def sums(self, part: Part) -> list[np.ndarray | None]:
        """a, s and u of each row."""
        offsets = {"intercept": part.rows.a, "slope": part.rows.s, "saturation": np.float32(0)}
        return [
            np.float32(self.settings["start"][name])
            + (offsets[name] + self.boosters[name].predict(part.matrix, output_margin=True))
            if name in self.boosters
            else None
            for name in FORESTS
        ]

    def grow(self) -> None:
        last = max(forest["rounds"] for forest in self.grown.values())
        for done in range(1, last + 1):
            a, s, u = self.sums(self.learned)
            derivatives = gradients(a, s, u, self.shape.values(), self.learned.rows.bought)
            self.shape.step(*derivatives[0], np.exp(np.clip(s, LOWEST_SLOPE, HIGHEST_SLOPE)))
            for name, of in zip(FORESTS, derivatives):
                if name in self.grown and done <= self.grown[name]["rounds"]:
                    self.boosters[name].boost(self.learned.matrix, done - 1, grad=of[0], hess=of[1])
            if self.held is None:
                self.keep(done, None)
            elif done % LOOK_EVERY == 0 or done == last:
                now = self.held_out_loss()
                if self.best_loss is None or now < self.best_loss:
                    self.keep(done, now)
                if done - self.best_round >= self.settings["patience"]:
                    return

    def keep(self, done: int, now: float | None) -> None:
        self.best_round, self.best_loss, self.best_gradients = done, now, self.shape.gradients

    def held_out_loss(self) -> float:
        price = self.shape.gradients @ self.held_lengths
        mine = loss(*self.sums(self.held), price, self.held.rows.bought)
        return float(everywhere(np.array([mine]))[0] / self.held_count)

    def outcome(self) -> dict:
        rows = self.learned.matrix
        checked = rows.slice(np.arange(min(CHECKED_ROWS, rows.num_row())))
        forests = {}
        for name, booster in self.boosters.items():
            kept = min(self.best_round, self.grown[name]["rounds"])
            sums = booster.predict(checked, output_margin=True, iteration_range=(0, kept))
            forests[name] = bytes(booster.save_raw("json")), sums.astype(np.float32)
        return {
            "rounds": self.best_round,
            "held_out_log_loss": self.best_loss,
            "gradients": list(self.best_gradients),
            "checked_rows": checked.num_row(),
            "forests": forests,
        }
