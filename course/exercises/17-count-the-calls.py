"""Count the calls.

No code in this one: read it, and predict two numbers.

    for train, test in outer_folds:                      # OUTER of them
        for k in ks:                                     # KS of them
            for learn, choose in inner_folds(train):     # INNER of them
                distances = all_distances(choose, learn)
                score(k, distances)
        distances = all_distances(test, train)
        judge(best_k, distances)

1. How often is all_distances() called?
2. Somebody makes it lazy: what was computed once is not computed again. (The inner folds are the
   same for each k.) How often is it *run* now?

Put a number in the place of each None. The check runs the loops, and counts.
"""

OUTER = 5
KS = 10
INNER = 4

CALLS = None
RUNS = None
