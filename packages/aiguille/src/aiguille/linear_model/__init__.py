"""Weighted sums of features: to predict numbers, and to name classes.

Read `ridge`: least squares, with a penalty on large weights or without.
"""

from aiguille.linear_model.ridge import (
    LinearRegression,
    Ridge,
    RidgeClassifier,
    RidgeCV,
    ridge_regression,
)

__all__ = ["LinearRegression", "Ridge", "RidgeCV", "RidgeClassifier", "ridge_regression"]
