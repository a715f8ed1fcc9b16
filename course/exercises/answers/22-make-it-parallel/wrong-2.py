"""Make it parallel.

The loop below computes an error for each k, one after the other. The errors do not depend on each
other, so they could be computed at the same time.

parallel is an engine: give it all the calls at once, and it gives all results, in order. A call
that is to be made later is written delayed(function)(arguments). So

    results = [function(x) for x in xs]

becomes

    results = parallel(delayed(function)(x) for x in xs)

Do that to the loop in all_errors().

What to return: the list of errors, in the order of ks. To see it run on two cores:
all_errors(photos, ks, faineant.Parallel(n_jobs=2)).
"""

import numpy as np
from faineant import delayed


def error_of(photos, k):
    """Say how far photos are from a picture with k grey levels; think of something slow."""
    return float(np.mean(np.abs(photos - np.round(photos * k) / k)))


def all_errors(photos, ks, parallel):
    """Give the error for each k; parallel is an engine that makes many calls at once."""
    return parallel(error_of(photos, k) for k in ks)
