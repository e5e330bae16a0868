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

from farthing.engines import compare, response  # noqa: E402


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


def test_two_workers_fit_what_one_machine_fits(farthing, exposures, tmp_path):
    pytest.importorskip("distributed")
    learned, asked = exposures
    losses, priced = [], []
    for engine in ("local", "dask"):
        bundle, prices = tmp_path / f"{engine}.bundle", tmp_path / f"{engine}.csv"
        fit = farthing(
            *("learn", "fit", "--exposures", learned, "--out", bundle, "--law", "straight", "-o", "json"),
            *("--engine", engine, "--python", sys.executable),
            *(("--workers", 2) if engine == "dask" else ()),
        )
        assert fit.returncode == 0, fit.stderr
        losses.append(json.loads(fit.stdout)["log_loss"])
        # Everybody at the same price, so that probabilities can be compared.
        done = farthing(
            *("learn", "price", "--bundle", bundle, "--input", asked, "--out", prices),
            *("--lowest", 1, "--highest", 1),
        )
        assert done.returncode == 0, done.stderr
        with prices.open() as lines:
            priced.append([[float(row["probability"]), float(row["elasticity"])] for row in csv.DictReader(lines)])
    assert losses[1] == pytest.approx(losses[0], rel=0.005)
    local, dask = np.array(priced)
    for column in (0, 1):
        assert np.corrcoef(local[:, column], dask[:, column])[0, 1] > 0.99


def test_a_python_that_is_not_there_is_named_with_the_remedy(farthing, exposures, tmp_path):
    for python in (tmp_path / "python", "/usr/bin/env"):
        done = farthing("learn", "compare", "--exposures", exposures[0], "--python", python, "--out", tmp_path / "c")
        assert done.returncode != 0
        assert "clients/python[learning]" in done.stderr
        assert not (tmp_path / "c").exists()
