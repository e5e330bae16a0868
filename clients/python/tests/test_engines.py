"""Other people's learners, and the response model fitted by several workers. The second half needs the command line:
FARTHING_BINARY=.build/release/farthing."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")
pytest.importorskip("xgboost")
distributed = pytest.importorskip("distributed")

from distributed.utils import json_load_robust  # noqa: E402

from farthing.engines import compare, distributed_fit, response  # noqa: E402


def rows(count: int, seed: int = 1) -> compare.Rows:
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(count, 4)).astype(np.float32)
    price = np.log(draws.choice([0.8, 0.9, 1.0, 1.1], count)).astype(np.float32)
    chance = 1 / (1 + np.exp(-x[:, 0] + 4 * price))
    bought = (draws.random(count) < chance).astype(np.float32)
    return compare.Rows(x, price, bought, (draws.random(count) < 0.2).astype(np.float32))


@pytest.mark.parametrize("name, fit", compare.MODELS)
def test_every_model_predicts_strangers_better_than_their_mean(name, fit):
    learned, judged = rows(3_000), rows(3_000, seed=2)
    said = fit(learned)(judged.x, judged.price)
    mean = np.full(len(said), judged.bought.mean())
    assert compare.log_loss(judged.bought, said) < 0.95 * compare.log_loss(judged.bought, mean), name


def test_boosting_never_says_that_more_is_bought_at_a_higher_price():
    predict, strangers = compare.boosting(rows(3_000)), rows(500, seed=2)
    at = [predict(strangers.x, np.full(500, np.log(ratio), np.float32)) for ratio in (0.8, 0.9, 1.0, 1.1)]
    assert (np.diff(np.stack(at), axis=0) <= 0).all()
    assert at[0].mean() > at[-1].mean() + 0.05


@pytest.mark.parametrize("saturated", [False, True])
def test_gradients_are_those_of_the_loss(saturated):
    draws = np.random.default_rng(3)
    a, s, u = draws.normal(size=(3, 200)).astype(np.float32)
    price, label = draws.normal(size=200).astype(np.float32) / 4, (draws.random(200) < 0.5).astype(np.float32)
    values = [a, s, u if saturated else None]
    derivatives = response.gradients(*values, price, label)
    for place in range(3 if saturated else 2):
        for row in range(0, 200, 17):
            ends = []
            for step in (-0.01, 0.01):
                moved = [None if value is None else value.astype(float) for value in values]
                moved[place][row] += step
                ends.append(response.loss(*moved, price, label))
            assert (ends[1] - ends[0]) / 0.02 == pytest.approx(derivatives[place][0][row], abs=2e-3)
            assert derivatives[place][1][row] > 0


def test_a_shape_that_steps_fits_a_bend_and_keeps_its_level():
    """Slopes of 2 below the knot and 8 above it, and a shape that starts straight."""
    draws = np.random.default_rng(4)
    price = draws.uniform(-0.3, 0.3, 20_000).astype(np.float32)
    truth = np.where(price < 0, 2 * price, 8 * price)
    label = (draws.random(len(price)) < 1 / (1 + np.exp(truth))).astype(np.float32)
    shape = response.Shape(price, [0.0], [1.0, 1.0], everywhere=lambda sums: sums)
    nothing, slope = np.zeros_like(price), np.full_like(price, np.log(4))
    for _ in range(100):
        by_a, _, _ = response.gradients(nothing, slope, None, shape.values(), label)
        shape.step(*by_a, np.exp(slope))
    assert shape.gradients == pytest.approx([0.5, 2], rel=0.2)
    assert shape.logs @ shape.shares == pytest.approx(0, abs=1e-9)


# Rows in parts


def work_folder(folder: Path, learned: int = 300, held_out: int = 90) -> Path:
    """What the command line writes for a fit, of straight law."""
    folder.mkdir()
    for name, count, seed in (("learned", learned, 1), ("held_out", held_out, 2)):
        drawn, offsets = rows(count, seed), np.random.default_rng(seed).normal(size=(2, count)).astype(np.float32)
        written = distributed_fit.Rows(drawn.x, drawn.price, drawn.bought, *offsets)
        for column, values in written._asdict().items():
            np.save(folder / f"{name}_{column}.npy", values)
    forest = {"rounds": 30, "depth": 3, "learning_rate": 0.1, "shrinkage": 5, "leaf_weight": 2}
    settings = {"intercept": forest, "slope": forest, "start": {"intercept": 0, "slope": 1}, "patience": 30}
    (folder / "settings.json").write_text(json.dumps({**settings, "centre": 0, "knots": [], "gradients": [1]}))
    return folder


@pytest.mark.parametrize("count, workers", [(12, 3), (10, 3), (2, 3), (5, 1)])
def test_parts_hold_every_row_once_in_order(tmp_path, count, workers):
    folder = work_folder(tmp_path / "work", learned=count, held_out=count)
    for name in distributed_fit.ROWS:
        files = distributed_fit.partition(folder, name, workers)
        assert [file.name for file in files] == [f"{name}-00{place}.npz" for place in range(workers)]
        parts = [distributed_fit.read(file) for file in files]
        assert max(len(part.x) for part in parts) - min(len(part.x) for part in parts) <= 1
        for column, values in zip(distributed_fit.Rows._fields, map(np.concatenate, zip(*parts))):
            whole = np.load(folder / f"{name}_{column}.npy")
            if (name, column) == ("learned", "x"):
                whole = distributed_fit.moved_down(whole, distributed_fit.candidate_splits(whole))
            np.testing.assert_array_equal(values, whole)


def fit(folder: Path) -> None:
    distributed_fit.fit(folder, {"workers": 2}, lambda share: None)


@pytest.fixture(scope="module")
def cluster():
    """Of two Dask workers on this machine."""
    client = distributed_fit.client({"workers": 2})
    yield client
    client.cluster.close()
    client.close()
    distributed_fit._client = None


@pytest.fixture
def addresses(cluster) -> list[str]:
    """Of its workers; the place of one that a test has ended is taken by another."""
    cluster.wait_for_workers(2, timeout=30)
    return distributed_fit.crew_members(cluster, {"workers": 2})


@pytest.fixture
def here(cluster, addresses, tmp_path, monkeypatch):
    """Moves this process and a number of workers into a folder, so that they see each other's files by relative paths;
    the other workers see none of them."""
    monkeypatch.chdir(tmp_path)

    def gather(seeing: int) -> None:
        for place, address in enumerate(addresses):
            cluster.run(os.chdir, str(tmp_path) if place < seeing else "/", workers=[address])

    yield gather
    cluster.run(os.chdir, "/")


def test_a_worker_reads_its_file_and_one_that_cannot_is_sent_the_rows(cluster, addresses, here):
    here(1)
    files = distributed_fit.partition(work_folder(Path("work")), "learned", 2)
    parts = [distributed_fit.within_reach(cluster, address, [file]) for address, file in zip(addresses, files)]
    assert parts[0] == [files[0]]
    expected = [distributed_fit.read(file) for file in files]
    # What is in the file now is what the first one learns from; the second has no more need of its own.
    np.savez(files[0], **expected[0]._replace(price=expected[0].price + 1)._asdict())
    files[1].unlink()
    theirs = [
        cluster.submit(lambda part: [distributed_fit.read(rows) for rows in part], part, workers=[address]).result()[0]
        for part, address in zip(parts, addresses)
    ]
    np.testing.assert_array_equal(theirs[0].price, expected[0].price + 1)
    for column, values in theirs[1]._asdict().items():
        np.testing.assert_array_equal(values, getattr(expected[1], column))


@pytest.mark.parametrize("learned, held_out", [(300, 90), (1, 1)])
def test_a_fit_is_the_same_wherever_workers_have_their_rows_from(here, learned, held_out):
    fits = []
    for seeing in (2, 1, 0):
        here(seeing)
        folder = work_folder(Path(f"work-{seeing}"), learned, held_out)
        fit(folder)
        fits.append([(folder / name).read_bytes() for name in ("fit.json", "intercept.json", "slope.json")])
    assert fits[0] == fits[1] == fits[2]


# A worker that fails


def test_the_error_of_one_worker_ends_the_fit_and_spares_the_next(addresses, tmp_path, monkeypatch):
    def spoilt(place, *rest, healthy=distributed_fit.train):
        if place == 1:
            raise ValueError("spoilt")
        return healthy(place, *rest)

    folder = work_folder(tmp_path / "work")
    with monkeypatch.context() as patch, pytest.raises(ValueError, match="spoilt"):
        patch.setattr(distributed_fit, "train", spoilt)
        fit(folder)
    assert not (folder / "fit.json").exists()
    # The first worker no longer waits for the second.
    fit(folder)
    assert (folder / "fit.json").exists()


def test_a_worker_that_is_gone_is_not_waited_for(cluster, addresses):
    over = distributed.Event("over")
    shares = [cluster.submit(over.wait, workers=addresses[:1]), cluster.submit(os._exit, 1, workers=addresses[1:])]
    with pytest.raises(RuntimeError, match=f"gone .*{addresses[1]}"):
        distributed_fit.first_share(cluster, shares, addresses)
    over.set()


# Through the command line


@pytest.fixture(scope="session")
def farthing():
    binary = os.environ.get("FARTHING_BINARY")
    if not binary:
        pytest.skip("FARTHING_BINARY is not set: name the command line, for example .build/release/farthing")

    def run(*words: object) -> subprocess.CompletedProcess:
        return subprocess.run([binary, *map(str, words)], capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture(scope="session")
def exposures(farthing, tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("world")
    learned, asked = folder / "e.csv", folder / "q.csv"
    done = farthing(
        *("world", "generate", "--law", "logit", "--seed", 1, "--rows", 4_000, "--out", learned),
        *("--questions", 500, "--questions-out", asked),
    )
    assert done.returncode == 0, done.stderr
    return learned, asked


@pytest.fixture
def fitted(farthing, exposures, tmp_path):
    """Fits, and prices the questions: what the fit reports, and probability and elasticity of each question."""

    def fit(*words: object) -> tuple[dict, np.ndarray]:
        learned, asked = exposures
        bundle, prices = tmp_path / "shop.bundle", tmp_path / "prices.csv"
        done = farthing(
            *("learn", "fit", "--exposures", learned, "--out", bundle, "-o", "json"),
            *("--python", sys.executable, *words),
        )
        assert done.returncode == 0, done.stderr
        # Everybody at the same price, so that probabilities can be compared.
        priced = farthing(
            *("learn", "price", "--bundle", bundle, "--input", asked, "--out", prices),
            *("--lowest", 1, "--highest", 1),
        )
        assert priced.returncode == 0, priced.stderr
        with prices.open() as lines:
            rows = [[float(row["probability"]), float(row["elasticity"])] for row in csv.DictReader(lines)]
        return json.loads(done.stdout), np.array(rows)

    return fit


def chosen(report: dict) -> str:
    return next(law["law"] for law in report["candidates"] if law["is_chosen"])


def assert_same_fit(one: tuple[dict, np.ndarray], other: tuple[dict, np.ndarray]) -> None:
    (report, said), (other_report, other_said) = one, other
    assert chosen(report) == chosen(other_report)
    assert report["log_loss"] == pytest.approx(other_report["log_loss"], abs=1e-6)
    # Both are written rounded, to six digits and to four.
    np.testing.assert_allclose(said[:, 0], other_said[:, 0], rtol=0, atol=5e-6)
    np.testing.assert_allclose(said[:, 1], other_said[:, 1], rtol=1e-4, atol=5e-4)


@pytest.mark.parametrize("law", ["straight", "bent", "saturated"])
def test_two_workers_fit_what_one_machine_fits(fitted, law):
    assert_same_fit(fitted("--law", law, "--engine", "dask", "--workers", 2), fitted("--law", law))


def test_the_capped_law_is_fitted_here_whatever_the_engine(fitted):
    (dask, said), (local, said_locally) = fitted("--law", "capped", "--engine", "dask"), fitted("--law", "capped")
    assert chosen(dask) == chosen(local) == "capped"
    assert dask["log_loss"] == local["log_loss"]
    np.testing.assert_array_equal(said, said_locally)


def test_two_workers_choose_the_law_that_one_machine_chooses(fitted):
    (dask, _), (local, _) = fits = fitted("--engine", "dask"), fitted()
    assert_same_fit(*fits)
    assert [law["law"] for law in dask["candidates"]] == [law["law"] for law in local["candidates"]]
    assert len(local["candidates"]) == 4


@pytest.fixture
def elsewhere(tmp_path):
    """A client of a Dask scheduler and two workers that are processes of their own, as on other machines."""
    # Appears when the scheduler listens; the workers wait for it, too.
    whereabouts = tmp_path / "scheduler.json"

    def start(role: str, *options: object) -> subprocess.Popen:
        shared = ("--host", "127.0.0.1", "--scheduler-file", whereabouts)
        environment = os.environ | {"DASK_TEMPORARY_DIRECTORY": str(tmp_path)}
        return subprocess.Popen([sys.executable, "-m", "dask", role, *shared, *options], env=environment)

    processes = []
    try:
        processes.append(start("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0"))
        for _ in range(2):
            processes.append(start("worker", "--nthreads", "1", "--no-nanny"))
        scheduler = json_load_robust(whereabouts, timeout=60)["address"]
        with distributed.Client(scheduler, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            yield client
    finally:
        # Asked to end, a worker whose scheduler ends beside it can hang.
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def test_workers_of_a_scheduler_that_is_named_fit_what_one_machine_fits(fitted, elsewhere):
    scheduler, workers = elsewhere.scheduler.address, elsewhere.nthreads()
    law = ("--law", "straight")
    assert_same_fit(fitted(*law, "--engine", "dask", "--workers", 2, "--scheduler", scheduler), fitted(*law))
    # Those two did it, and are there for the next.
    learned = elsewhere.run(lambda: "farthing.engines.distributed_fit" in sys.modules)
    assert learned == dict.fromkeys(workers, True)


def test_a_python_that_is_not_there_is_named_with_the_remedy(farthing, exposures, tmp_path):
    for python in (tmp_path / "python", "/usr/bin/env"):
        done = farthing("learn", "compare", "--exposures", exposures[0], "--python", python, "--out", tmp_path / "c")
        assert done.returncode != 0
        assert "clients/python[learning]" in done.stderr
        assert not (tmp_path / "c").exists()
