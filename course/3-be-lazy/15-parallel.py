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
from contextlib import nullcontext
from math import sqrt

import numpy as np
from faineant import Parallel, cpu_count, delayed

from course import data
from course.exhibits import switch
from course.figures import GREY, axes, face_grid, show

print(Parallel(n_jobs=2)(delayed(sqrt)(i**2) for i in range(7)))
print(f"This page was made on a machine with {cpu_count()} cores.")
print(Parallel(n_jobs=2).why())

# %% [markdown]
# `delayed(sqrt)(9)` does not call: it notes the call, as a task. `Parallel` draws the tasks, gives
# them to *workers*, and hands the results back in order. A worker is another process, made as a copy
# of yours where that is safe. So it has everything that you have.
#
# ## The simple idea: two cores, half the time
#
# **The misconception: two cores are twice as fast.** What it gets right: nobody is faster than
# that. Where it breaks: to make a worker takes time, to hand a task over takes time, and what comes
# back has to travel. So it depends on how long a task takes. Here is one that takes as long as we
# like, and a watch.

# %%
begun = time.perf_counter()
for _ in range(1_000_000):
    pass
turns_a_second = 1_000_000 / (time.perf_counter() - begun)


def busy(seconds):
    for _ in range(round(seconds * turns_a_second)):
        pass


def took(run, tasks):
    begun = time.perf_counter()
    run(tasks)
    return time.perf_counter() - begun


# %% [markdown]
# ## Better: measure
#
# Eight tasks are run in a plain loop, and by two workers. Either the workers are made for this loop,
# or they are there from an earlier one: that is what `with` is for. They may also be threads, which
# live in your own process and need not be made by copying it.

# %%
lengths = (1e-5, 1e-4, 1e-3, 1e-2, 5e-2)
gains = {"new workers": [], "workers kept": [], "threads": []}
with Parallel(n_jobs=2) as kept:
    kept([delayed(busy)(0)] * 8)  # from now on they are there
    for length in lengths:
        tasks, tries = [delayed(busy)(length)] * 8, 7 if length < 1e-2 else 3
        threads = Parallel(n_jobs=2, backend="threads")
        ways = (lambda ts: [f(*x) for f, x, _ in ts], Parallel(n_jobs=2), kept, threads)
        rounds = [[took(way, tasks) for way in ways] for _ in range(tries)]
        alone, *best = map(min, zip(*rounds, strict=True))  # others want the cores, too
        for gain, seconds in zip(gains.values(), best, strict=True):
            gain.append(alone / seconds)

# %% [markdown]
# ??? guess "Eight tasks take 10 microseconds each. Two workers are made for them. What happens to the loop?"
#     - It takes half the time. The work is halved, but not what surrounds it.
#     - It takes about the same. The handing over would have to cost just what is gained.
#     - It takes many times as long. The tasks are done before the first worker is there.

# %%
fig, ax = axes("length of a task (seconds)", "times as fast as a plain loop")
ax.semilogx(lengths, np.transpose(list(gains.values())), label=list(gains))
ax.axhline(1, linestyle="--", color=GREY)
ax.set_ylim(0, None)
ax.legend()
print("times as fast with:", ", ".join(gains))
for length, *row in zip(lengths, *gains.values(), strict=True):
    print(f"{length * 1e6:7,.0f} microseconds: ", *(f"{gain:7.3f}" for gain in row))
best = max(gains["new workers"][-1], gains["workers kept"][-1])
verdict = "it pays." if best > 1.05 else "no gain: was a second core free?"
print(f"Far right, two processes: {best:.1f} times as fast, {verdict}")
show(fig, "Eight tasks with two workers: how much faster, against the length of a task.")

# %% [markdown]
# All this was measured on the machine that made this page; of several tries the quickest counts.
# Above the dashed line it pays. Below, one waits for the workers rather than for the work. Far on
# the right, two processes can come near to twice as fast, if nobody else wants the cores; the last
# line printed says how it was here. Had the machine one core, no point would be above the line.
#
# Threads take turns: in ordinary Python one of them runs Python at a time. They are for tasks that
# wait, for a disk or for the internet, and for libraries in C that let the others go on meanwhile.
#
# And if there are very many short tasks? `Parallel` sends them in batches. Still, a task that does
# more is the better one: a row, not a pixel.
#
# ## What travels
#
# A task needs its arguments, and its result comes back. A large array that you had before the
# workers were made is there already, if they are copies of your process: they inherit it. One that
# is made afterwards has to be sent.

# %%
big = np.ones((40, 500_000))  # 160 MB


def total(row):
    return float(big[row].sum())


ways = {
    "a plain loop": lambda rows: [total(row) for row in rows],
    "nothing to do": lambda rows: Parallel(n_jobs=2)([delayed(abs)(row) for row in rows]),
    "inherited": lambda rows: Parallel(n_jobs=2)([delayed(total)(row) for row in rows]),
    "sent": lambda rows: Parallel(n_jobs=2)(delayed(np.sum)(big[row].copy()) for row in rows),
}
cost = {w: 1000 * min(took(run, range(40)) for _ in range(3)) for w, run in ways.items()}

# %%
loop, nothing, inherited, sent = cost.values()
print(f"The loop takes {loop:.0f} ms. To make workers, for 40 empty tasks: {nothing:.0f} ms.")
print(f"With an array that they inherit it takes {inherited:.0f} ms, with one sent {sent:.0f} ms.")
fig, ax = axes("milliseconds", height=2.4)
ax.bar_label(ax.barh(list(cost), list(cost.values())), fmt="%.0f", padding=3)
ax.invert_yaxis()
ax.margins(x=0.15)
ax.grid(visible=False, axis="y")
show(
    fig,
    "Time of a loop that adds up 160 MB, and of new workers: idle, with the array there, or sent.",
)

# %% [markdown]
# Adding up is so quick that one sees only what surrounds it: the making of the workers, which the
# second bar shows alone, and the sending. The lesson: send which row, rather than the row. And do
# not make workers for so little: here a plain loop is hard to beat.
#
# ## A race
#
# Threads share all your objects, and nothing has to be sent. Four of them below add photos to one
# sum: read the sum, add, write it back. Between the reading and the writing, another one may write.
# Then its photo is lost. That is a *race*.


# %%
def add(state, photo, lock):
    with lock:
        before = state["sum"].copy()
        time.sleep(0.001)  # so that the others have their chance
        state["sum"] = before + photo


photos, sums = data.faces().images[:20].astype(float), []
for lock in (threading.Lock(), nullcontext()):
    state = {"sum": np.zeros(photos.shape[1:])}
    Parallel(n_jobs=4, require="sharedmem")(delayed(add)(state, p, lock) for p in photos)
    sums.append(state["sum"])

# %%
arrived = [round(float(s.sum() / photos.sum() * len(photos))) for s in sums]
print(
    f"{arrived[0]} of {len(photos)} photos are in the sum with a lock, some {arrived[1]} without."
)
titles = ["what came out", "the mean of the photos"]
figures = [face_grid([s / len(photos), photos.mean(axis=0)], titles, columns=2) for s in sums]
caption = "The mean of the photos as four threads found it, and as it is."
switch("take the lock away", off=figures[0], on=figures[1], caption=caption)

# %% [markdown]
# Turn the switch. Nothing has raised an error: the picture is only darker. A lock mends it, and
# then the threads wait for each other. Better: **let a task return what it found**, and put it
# together in your own process. Then nothing is shared, and there is nothing to race for.
#
# ## What to try
#
# - `n_jobs=-1` takes all cores, `backend="spawn"` makes fresh workers. What does `why()` say?
# - Make `busy` sleep instead of work. Can four workers be four times as fast on two cores now?
# - Take the `sleep` out of `add`. Is the race gone, or only rarer?
#
# ## Three questions
#
# ??? question "A loop has 100 tasks of one second each. Your machine has four cores. How long does it take at best?"
#     - [ ] One second. There are four workers, not a hundred.
#     - [x] 25 seconds. Each core does 25 of them.
#     - [ ] 100 seconds. That is one core.
#
# ??? question "Which loop gains least from two processes?"
#     - [ ] Fitting ten models of a minute each. That is the best case there is.
#     - [x] Adding one to each of a million numbers. To send them takes longer than to add.
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
