"""Does it pay?

No code in this one. Two workers are there. To start them takes START seconds. Each task must be
sent to a worker, one task after the other: that takes SECONDS_PER_GB for each gigabyte. (These are
rounded numbers, and not those of faineant, which sends large arrays without copying.)

    loop   tasks   seconds a task   gigabytes a task
    a      1,000   0.0002           0
    b          6   1.0              1.0
    c         10   1.0              0.01
    d          1   9.0              0
         and 20   0.05             0

1. Which of these loops gains most when two workers share it: so many times as fast?
2. How many times as fast can two workers be at the very best, whatever the loop?

Put a letter and a number in the place of the two Nones. The check reckons it out, task by task.
"""

START = 0.3
SECONDS_PER_GB = 1.5
LOOPS = {
    "a": [(0.0002, 0.0)] * 1000,
    "b": [(1.0, 1.0)] * 6,
    "c": [(1.0, 0.01)] * 10,
    "d": [(9.0, 0.0)] + [(0.05, 0.0)] * 20,
}

GAINS_MOST = None  # "a", "b", "c" or "d"
AT_BEST = None
