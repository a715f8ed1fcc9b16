"""From exchange rates to affinities.

Which currencies go together? rates has a row for each week and a column for each currency. Four
steps lead to a table that says how alike two of them are. The first step is there. Mend the
others:

1. changes: the change of the logarithm of each rate, from week to week. (Done.)
2. own: in a week when the euro falls, all rates rise together. Take from each week its mean over
   the currencies. The line below takes from each currency its mean over the weeks.
3. correlation: how far two *currencies* move in step, from -1 to 1. np.corrcoef takes each row of
   its argument as one series, unless it is told otherwise.
4. affinity: large for what is alike. Currencies that move against each other are as unlike as can
   be: their affinity is -1, and not 1.

What to return: the affinities, an array of shape (n_currencies, n_currencies).
"""

import numpy as np


def affinities(rates):
    """Say how alike currencies are; rates has the shape (n_weeks, n_currencies)."""
    changes = np.diff(np.log(rates), axis=0)
    own = changes - changes.mean(axis=1, keepdims=True)
    correlation = np.corrcoef(own)
    return correlation
