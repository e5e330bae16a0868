"""The response model's objective, row by row: P = σ(u) · σ(a − exp(s) · ψ(q)).

What ResponseGradient.swift and ShapeFit.swift say, in NumPy and in the same 32-bit floats, so that a fit on several
machines is the fit on one. The shape's step and the held-out loss are sums over all rows, wherever they lie.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

FLOOR = np.float32(1e-6)
MARGIN = 1e-6
LOWEST_SLOPE, HIGHEST_SLOPE = np.float32(-4), np.float32(5)

#: Adds arrays of numbers up over all workers.
Sum = Callable[[np.ndarray], np.ndarray]


def gradients(a, s, u, price, label):
    """First and second derivatives by a, s and u, each (rows,); those by u are None where u is."""
    with np.errstate(over="ignore"):
        steepness = np.exp(np.clip(s, LOWEST_SLOPE, HIGHEST_SLOPE)) * price
        acceptance = 1 / (1 + np.exp(steepness - a))
        spread = acceptance * (1 - acceptance)
        residual, weight, by_u = acceptance - label, spread, None
        if u is not None:
            share = 1 / (1 + np.exp(-u))
            p = np.clip(share * acceptance, np.float32(MARGIN), np.float32(1 - MARGIN))
            variance = p * (1 - p)
            surprise = (p - label) / variance
            residual = surprise * share * spread
            weight = (share * spread) ** 2 / variance
            gain = share * (1 - share) * acceptance
            by_u = surprise * gain, np.maximum(gain * gain / variance, FLOOR)
    by_a = residual, np.maximum(weight, FLOOR)
    by_s = -residual * steepness, np.maximum(weight * steepness * steepness, FLOOR)
    return by_a, by_s, by_u


def loss(a, s, u, price, label) -> float:
    """The sum of the rows' negative log-likelihoods."""
    z = a.astype(float) - np.exp(s.astype(float)) * price
    if u is None:
        against = np.where(label > 0.5, -z, z)
        return float(np.sum(np.maximum(against, 0) + np.log1p(np.exp(-np.abs(against)))))
    with np.errstate(over="ignore"):
        p = 1 / ((1 + np.exp(-u.astype(float))) * (1 + np.exp(-z)))
    p = np.clip(p, MARGIN, 1 - MARGIN)
    return float(-np.sum(np.where(label > 0.5, np.log(p), np.log1p(-p))))


class Shape:
    """ψ, pieces of straight line through 0, whose gradients are everybody's and take a Newton step a round."""

    DAMPING, SHRINKAGE, LARGEST = 0.2, 50.0, 3.0

    def __init__(self, prices: np.ndarray, knots: list[float], gradients: list[float], everywhere: Sum):
        """`prices` and `knots` are centred; `gradients` are those that it starts with."""
        self.ends = [-np.inf, *knots, np.inf]
        self.everywhere = everywhere
        self.logs = np.log(np.array(gradients, float))
        self.lengths = self.cut(prices).astype(np.float32)
        travelled = everywhere(np.abs(self.lengths).sum(axis=1, dtype=float))
        self.shares = travelled / max(travelled.sum(), np.finfo(float).tiny)

    def cut(self, prices: np.ndarray) -> np.ndarray:
        """How much of the way from 0 to each price lies on each piece; (pieces, rows)."""
        return np.stack([
            np.clip(prices.astype(float), low, high) - np.clip(0.0, low, high)
            for low, high in zip(self.ends, self.ends[1:])
        ])  # fmt: skip

    @property
    def gradients(self) -> np.ndarray:
        return np.exp(self.logs)

    def values(self) -> np.ndarray:
        return self.gradients.astype(np.float32) @ self.lengths

    def step(self, residuals: np.ndarray, weights: np.ndarray, slopes: np.ndarray) -> None:
        if len(self.logs) == 1:
            return
        change = -slopes * self.gradients.astype(np.float32)[:, None] * self.lengths
        first = (residuals * change).sum(axis=1, dtype=float)
        second = (weights * change * change).sum(axis=1, dtype=float)
        first, second = self.everywhere(np.stack([first, second]))
        self.logs = np.clip(self.logs - self.DAMPING * first / (second + self.SHRINKAGE), -self.LARGEST, self.LARGEST)
        # The level belongs to the slope.
        self.logs = self.logs - self.logs @ self.shares
