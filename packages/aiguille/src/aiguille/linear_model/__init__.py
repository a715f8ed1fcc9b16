"""Weighted sums of features: to predict numbers, and to name classes.

Read `decomposed` (samples taken apart once, for every penalty), then `regression` (least squares,
with a penalty on large weights or without) and `classification`; then `logistic`, which gives
probabilities, and `descent`, which finds its weights.
"""

from aiguille.linear_model.classification import RidgeClassifier
from aiguille.linear_model.logistic import LogisticRegression
from aiguille.linear_model.regression import LinearRegression, Ridge, RidgeCV, ridge_regression

__all__ = [
    "LinearRegression",
    "LogisticRegression",
    "Ridge",
    "RidgeCV",
    "RidgeClassifier",
    "ridge_regression",
]
