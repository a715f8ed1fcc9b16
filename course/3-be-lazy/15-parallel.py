# %% [markdown]
# # Parallel
#
# After this page you can run a loop on all your cores, say when that helps and when it does not,
# and see a race before it costs you a night.
#
# ## A question with a real picture
#
# The talk shows a loop that runs in parallel and still reads like a loop (G. Varoquaux, PyCon FR
# 2010). On the slide eight numbers come out of `range(7)`. There are seven.

# %%
import threading
import time
from math import sqrt

import numpy as np
from faineant import Parallel, cpu_count, delayed

from course import data
from course.figures import axes, face_grid, show

print(Parallel(n_jobs=2)(delayed(sqrt)(i**2) for i in range(7)))
print(f"This page was made on a machine with {cpu_count()} cores.")
print(Parallel(n_jobs=2).why())

# %% [markdown]
# `delayed(sqrt)(9)` does not call: it notes the call, as a *task*. `Parallel` draws the tasks, gives
# them to *workers*, and hands the results back in order. A worker is another process, made as a copy
# of yours (a *fork*). So it has everything that you have, and nothing needs to be sent.
#
# ## The simple idea: two cores, half the time
#
# **The misconception: two cores are twice as fast.** What it gets right: nobody is faster than
# that. Where it breaks: to make a worker takes time, to hand a task over takes time, and what comes
# back has to travel. So it depends on how long a task takes.
#
# ??? guess "A task takes 10 microseconds, a thousandth of a blink. There are two workers. What happens to the loop?"
#     - It takes half the time. The work is halved, but not what surrounds it.
#     - It takes about the same. The handing over eats what was gained.
#     - It takes much longer. For a single task it would.


# %%
def busy(seconds):
    """Work for so many seconds of this core."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def took(parallel, tasks):
    begun = time.perf_counter()
    parallel(tasks)
    return time.perf_counter() - begun


# %%
lengths, gains = (1e-5, 1e-4, 1e-3, 1e-2, 5e-2), []
with Parallel(n_jobs=2) as two:
    two(delayed(busy)(1e-3) for _ in range(10))  # the workers are there from now on
    for length in lengths:
        tasks = [delayed(busy)(length)] * min(2000, round(0.3 / length))
        gains.append(took(Parallel(n_jobs=1), tasks) / took(two, tasks))
fig, ax = axes("length of a task (seconds)", "times as fast with two workers")
ax.semilogx(lengths, gains)
ax.axhline(1, linestyle="--", marker="", color="#808890")
ax.set_ylim(0, None)
for length, gain in zip(lengths, gains, strict=True):
    print(f"tasks of {length * 1e6:8,.0f} microseconds: {gain:.1f} times as fast")
show(fig, "How much faster two workers are, against the length of a task, on this machine.")

# %% [markdown]
# Above the dashed line it pays. Short tasks are sent in batches, or it would pay much later. Had
# this machine one core only, no point would be above the line.
#
# ## What travels
#
# A task needs its arguments, and its result comes back. A large array that you had *before* the
# workers were made is there already: they inherit it. One that is made afterwards has to be sent.

# %%
big = np.ones((40, 500_000))  # 160 MB


def total(row):
    return float(big[row].sum())


def total_of(row):
    return float(row.sum())


ways = {
    "a plain loop": took(Parallel(n_jobs=1), [delayed(total)(row) for row in range(40)]),
    "inherited": took(Parallel(n_jobs=2), [delayed(total)(row) for row in range(40)]),
    "sent": took(Parallel(n_jobs=2), (delayed(total_of)(row.copy()) for row in big)),
}

# %%
fig, ax = axes("milliseconds", height=2.4)
ax.bar_label(ax.barh(list(ways), [1000 * s for s in ways.values()]), fmt="%.0f", padding=3)
ax.invert_yaxis()
ax.margins(x=0.15)
ax.grid(visible=False, axis="y")
show(fig, "Time to add up 160 MB in a plain loop, in workers that inherit it, and in workers to which "
     "it is sent.")  # fmt: skip

# %% [markdown]
# Adding up is so quick that the sending is all one sees. The lesson: send *which row*, rather than
# the row. And here a plain loop is hard to beat. The cores wait for the same memory.
#
# ## A race
#
# Workers that are *threads* live in your own process. They share all your objects, and nothing has
# to be sent. Two of them below add photos to one sum: read the sum, add, write it back. Between the
# reading and the writing, another one may write. Then its photo is lost. That is a *race*.


# %%
def add(state, photo, lock):
    with lock:
        before = state["sum"].copy()
        time.sleep(0.001)  # so that the others have their chance
        state["sum"] = before + photo


class NoLock:
    __enter__ = __exit__ = lambda *_: None


photos, sums = data.faces().images[:20].astype(float), []
for lock in (NoLock(), threading.Lock()):
    state = {"sum": np.zeros(photos.shape[1:])}
    Parallel(n_jobs=4, require="sharedmem")(delayed(add)(state, p, lock) for p in photos)
    sums.append(state["sum"])

# %%
means = [total / len(photos) for total in (*sums, photos.sum(axis=0))]
lost = [len(photos) - round(float(s.sum() / photos.sum() * len(photos))) for s in sums]
print(f"Without a lock some {lost[0]} of {len(photos)} photos are lost, with a lock {lost[1]}.")
show(
    face_grid(means, ["with a race", "with a lock", "as it should be"], columns=3),
    "The mean of twenty photos: with a race, with a lock, and as it should be.",
)

# %% [markdown]
# Nothing raised. The picture is only darker. A lock mends it, and then the threads wait for each
# other. Better: **let a task return what it found**, and put it together in your own process. Then
# nothing is shared, and there is nothing to race for.
#
# ## What to try
#
# - `n_jobs=-1` takes all cores; `backend="threads"` takes threads. What does `why()` say?
# - Make `busy` sleep instead of work. Can four workers be four times as fast on two cores now?
# - Take the `sleep` out of `add`. Is the race gone, or only rarer?
#
# ## Three questions
#
# ??? question "A loop has 100 tasks of one second each. Your machine has four cores. How long does it take at best?"
#     - [ ] One second. There are four workers, not a hundred.
#     - [x] 25 seconds.
#     - [ ] 100 seconds. That is one core.
#
# ??? question "Which loop gains least from two processes?"
#     - [ ] Fitting ten models of a minute each. That is the best case there is.
#     - [x] Adding one to each of a million numbers.
#     - [ ] Reading and shrinking 1,000 photos. Each takes milliseconds, and a name is quick to send.
#
# ??? question "Two processes add to the list `found` of your program. What is in it at the end?"
#     - [ ] The items of both, in any order. So it would be with threads.
#     - [x] Nothing: each process has changed its own copy.
#     - [ ] Half of them. Copies do not mix.
#
# ## Exercises
#
# - [Make it parallel](../exercises.md#22): `python -m course check 22`
# - [Find the race](../exercises.md#23): `python -m course check 23`
# - [Does it pay?](../exercises.md#24): `python -m course check 24`
#
# ## What to take home
#
# - Measure on your own machine: a task must be longer than its handing over.
# - Send little: numbers of rows, names of files.
# - Return, do not share.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "the syntax is important, debugging
#   too: fork aggressively".
# - [`Parallel`](../reference/parallel.md): all that it can, and how fast it is.
#
# Next page: [Big data](16-big-data.md).
