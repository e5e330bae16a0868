"""The field's usual models of a purchase, with the price shown as one of their inputs.

Each is fitted as its users fit it: sizes that matter are settled by the log-loss of the users marked for tuning, and
the model is then fitted to everybody. None knows the law of demand; only gradient boosting is told that demand falls.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeCV
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

SEED = 1
#: Straight lines leave 0 to 1; this far inside, one surprise does not cost everything.
EDGE = 1e-3

#: From (rows, features) and (rows,) prices to (rows,) probabilities.
Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Rows:
    """What is learned from: features (rows, features), the rest (rows,)."""

    def __init__(self, x: np.ndarray, price: np.ndarray, bought: np.ndarray, tuning: np.ndarray):
        self.x, self.price, self.bought, self.tuning = x, price, bought, tuning

    def where(self, mask: np.ndarray) -> Rows:
        return Rows(self.x[mask], self.price[mask], self.bought[mask], self.tuning[mask])

    def best(self, fit: Callable[[Rows, object], Predict], choices: list) -> object:
        """The choice that predicts the tuning rows best when fitted to the others."""
        kept, judges = self.where(self.tuning < 0.5), self.where(self.tuning > 0.5)
        losses = [
            log_loss(judges.bought, fit(kept, choice)(judges.x, judges.price), labels=[0, 1]) for choice in choices
        ]
        return choices[int(np.argmin(losses))]


def with_price(x: np.ndarray, price: np.ndarray) -> np.ndarray:
    return np.column_stack([x, price])


class Interactions:
    """Standardised features, the price, and the product of the price with each feature."""

    def __init__(self, rows: Rows):
        self.scaler = StandardScaler().fit(rows.x)
        self.centre, self.spread = rows.price.mean(), rows.price.std()

    def __call__(self, x: np.ndarray, price: np.ndarray) -> np.ndarray:
        features = self.scaler.transform(x)
        relative = ((price - self.centre) / self.spread)[:, None]
        return np.hstack([features, relative, relative * features]).astype(np.float32)


def straight(rows: Rows, model) -> Predict:
    """A line through 0 and 1."""
    expand = Interactions(rows)
    model.fit(expand(rows.x, rows.price), rows.bought)
    return lambda x, price: np.clip(model.predict(expand(x, price)), EDGE, 1 - EDGE)


def linear_probability(rows: Rows) -> Predict:
    return straight(rows, LinearRegression())


def ridge(rows: Rows) -> Predict:
    return straight(rows, RidgeCV(alphas=np.logspace(-1, 5, 13)))


def logistic(rows: Rows) -> Predict:
    expand = Interactions(rows)
    # A penalty that no data notice keeps columns that repeat each other finite.
    model = LogisticRegression(C=1e4, max_iter=500).fit(expand(rows.x, rows.price), rows.bought)
    return lambda x, price: model.predict_proba(expand(x, price))[:, 1]


def classifier(rows: Rows, model) -> Predict:
    """A classifier with the price as one more feature."""
    model.fit(with_price(rows.x, rows.price), rows.bought)
    return lambda x, price: model.predict_proba(with_price(x, price))[:, 1]


def tree(rows: Rows) -> Predict:
    def fit(rows: Rows, leaf: int) -> Predict:
        return classifier(rows, DecisionTreeClassifier(min_samples_leaf=leaf, random_state=SEED))

    return fit(rows, rows.best(fit, [50, 100, 200, 500, 1_000]))


def forest(rows: Rows) -> Predict:
    def fit(rows: Rows, leaf: int) -> Predict:
        return classifier(
            rows, RandomForestClassifier(n_estimators=100, min_samples_leaf=leaf, n_jobs=-1, random_state=SEED)
        )

    return fit(rows, rows.best(fit, [5, 20, 80]))


def boosting(rows: Rows) -> Predict:
    """Trees, deeper or flatter, that may only fall in the price; so many as the tuning rows want."""

    def train(rows: Rows, depth: int, rounds: int, judges: Rows | None = None) -> xgboost.Booster:
        data = xgboost.DMatrix(with_price(rows.x, rows.price), rows.bought)
        watched = [] if judges is None else [(xgboost.DMatrix(with_price(judges.x, judges.price), judges.bought), "")]
        falling = "(" + "0," * rows.x.shape[1] + "-1)"
        settings = {
            "objective": "binary:logistic", "max_depth": depth, "eta": 0.1, "lambda": 5, "min_child_weight": 5,
            "monotone_constraints": falling, "seed": SEED,
            # More threads wait for each other by spinning, which costs more than it gains on a machine that is shared.
            "nthread": 1,
        }  # fmt: skip
        patience = None if judges is None else 30
        return xgboost.train(settings, data, rounds, evals=watched, early_stopping_rounds=patience, verbose_eval=False)

    kept, judges = rows.where(rows.tuning < 0.5), rows.where(rows.tuning > 0.5)
    tried = {depth: train(kept, depth, 1_000, judges) for depth in (2, 3, 4, 6)}
    depth = min(tried, key=lambda depth: tried[depth].best_score)
    model = train(rows, depth, tried[depth].best_iteration + 1)
    return lambda x, price: model.predict(xgboost.DMatrix(with_price(x, price)))


def network(rows: Rows) -> Predict:
    """Two hidden layers; a tenth of the rows say when to stop."""

    def fit(rows: Rows, decay: float) -> Predict:
        network = MLPClassifier((32, 16), alpha=decay, batch_size=256, early_stopping=True, n_iter_no_change=5,
                                max_iter=50, random_state=SEED)  # fmt: skip
        return classifier(rows, make_pipeline(StandardScaler(), network))

    return fit(rows, rows.best(fit, [1e-3, 1.0]))


MODELS: list[tuple[str, Callable[[Rows], Predict]]] = [
    ("linear probability", linear_probability),
    ("logistic regression", logistic),
    ("ridge", ridge),
    ("one tree", tree),
    ("random forest", forest),
    ("gradient boosting", boosting),
    ("neural network", network),
]


def compare(folder: Path, _crew: dict, progress: Callable[[float], None]) -> None:
    """Fits every model and writes answer_<place>.npy, (judged rows, 1 + levels), and answer.json with their names."""

    def load(name: str) -> np.ndarray:
        return np.load(folder / f"{name}.npy")

    levels = json.loads((folder / "task.json").read_text())["levels"]
    rows = Rows(load("learned_x"), load("learned_price"), load("learned_bought"), load("learned_tuning"))
    for marked in (rows.where(rows.tuning < 0.5), rows.where(rows.tuning > 0.5)):
        if len(set(marked.bought)) < 2:
            raise ValueError("too few users to settle anything by: one in five is held out, and must buy sometimes")
    judged, shown = load("judged_x"), load("judged_price")
    said = []
    for place, (name, fit) in enumerate(MODELS):
        started = time.perf_counter()
        predict = fit(rows)
        seconds = time.perf_counter() - started
        prices = [shown] + [np.full(len(judged), level, np.float32) for level in levels]
        answer = np.column_stack([np.clip(predict(judged, price), 0, 1) for price in prices])
        np.save(folder / f"answer_{place}.npy", np.ascontiguousarray(answer, np.float32))
        said.append({"name": name, "seconds": seconds})
        progress((place + 1) / len(MODELS))
    (folder / "answer.json").write_text(json.dumps({"models": said}))
