"""Paired differences.

Two methods were judged on the same folds. A hard fold is hard for both, so their errors go up and
down together, and the bars of the two overlap widely. That hides what we ask. Ask each fold: by how
much does b do worse than a, *here*?

The lines below treat the folds of a and of b as strangers. Compare them fold by fold:

1. differences: the error of b minus the error of a, in each fold. The errors come as arrays or as
   lists, and a list cannot be subtracted from a list.
2. mean: the mean of the differences.
3. uncertainty: the standard deviation of the differences, divided by the root of the number of
   folds. As the mean was computed from the same few numbers, the standard deviation takes ddof=1:
   it divides by one less than there are.

What to return: the mean and its uncertainty.
"""

import numpy as np


def compare(errors_a, errors_b):
    """Say by how much b does worse than a, and how sure that is; both have an error a fold."""
    mean = np.mean(errors_b) - np.mean(errors_a)
    uncertainty = np.sqrt(np.var(errors_a) + np.var(errors_b)) / np.sqrt(len(errors_a))
    return mean, uncertainty
