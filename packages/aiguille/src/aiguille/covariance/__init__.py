"""How features vary together, and which of them do so directly.

Read `empirical` (means of products), then `shrunk` (few samples), then
`graphs` (a precision matrix with many zeros: who talks to whom) with its engine
`newton`, then `search`, which chooses how many zeros.
"""

from aiguille.covariance.empirical import (
    EmpiricalCovariance,
    empirical_covariance,
    log_likelihood,
)
from aiguille.covariance.graphs import GraphicalLasso, graphical_lasso
from aiguille.covariance.newton import sparse_precision
from aiguille.covariance.search import GraphicalLassoCV, graphical_lasso_path
from aiguille.covariance.shrunk import LedoitWolf, ledoit_wolf, ledoit_wolf_shrinkage

__all__ = [
    "EmpiricalCovariance",
    "GraphicalLasso",
    "GraphicalLassoCV",
    "LedoitWolf",
    "empirical_covariance",
    "graphical_lasso",
    "graphical_lasso_path",
    "ledoit_wolf",
    "ledoit_wolf_shrinkage",
    "log_likelihood",
    "sparse_precision",
]
