# %% [markdown]
# # Both together
#
# After this page you can write a whole study as plain loops that use all cores, stop when you stop
# them, and go on where they were.
#
# ## A question with a real picture
#
# Part two asked: how many parcels are best, and does it depend on the noise? Here is the question
# as pictures: one photo in three strengths of noise. For each strength, each number of parcels and
# each number of neighbours `k` there is an error to be found, in five folds each.

# %%
import itertools
import tempfile
import time

import numpy as np
from aiguille.cluster import FeatureAgglomeration
from aiguille.datasets import with_noise
from aiguille.image import grid_to_graph
from aiguille.model_selection import StratifiedKFold
from aiguille.neighbors import KNeighborsClassifier
from faineant import Memory, Parallel, delayed

from course import data
from course.figures import axes, face_grid, show

# %%
faces = data.faces()
photos = data.resized(faces.images, 28, 23)
levels, sizes, neighbours = (0, 50, 100), (30, 100, 300), (1, 3, 5)
folds = list(StratifiedKFold(faces.folds, shuffle=True, random_state=0).split(photos, faces.names))
noisy = [with_noise(photos[:1], noise)[0] for noise in levels]
show(face_grid(noisy, [f"noise {n}" for n in levels], columns=3), "One photo in three noises.")
print(len(levels) * len(sizes) * len(neighbours) * len(folds), "errors are to be found.")

# %% [markdown]
# ## The simple idea: a program that does it all
#
# One writes four loops, lets them run, and looks at the end. What it gets right: everybody can read
# it. Where it breaks: it begins at the beginning each time. You want one more `k`? All again. The
# lid of your laptop falls shut? All again. So people write their results into files, and names of
# files into lists, and soon the program is more about files than about faces.
#
# ## The better idea: the same loops, on lazy steps
#
# Two steps are slow. To cut the photos of a fold into parcels, and to name the test photos. Each
# is a plain function, and `@memory.cache` makes it lazy. The second one calls the first.

# %%
folder = tempfile.TemporaryDirectory()
memory = Memory(folder.name, verbose=0)


@memory.cache
def parcelled(noise, size, fold):
    """Cut photos into parcels that were found on the training photos of a fold alone."""
    train, _ = folds[fold]
    rows = with_noise(photos, noise).reshape(len(photos), -1)
    parcels = FeatureAgglomeration(size, connectivity=grid_to_graph(*photos.shape[1:]))
    return parcels.fit(rows[train]).transform(rows)


# %%
def mistakes(guessed, true):
    return guessed != true


@memory.cache
def error(noise, size, k, fold):
    """Find the error of one fold, with so much noise, so many parcels, so many neighbours."""
    (train, test), rows = folds[fold], parcelled(noise, size, fold)
    model = KNeighborsClassifier(k).fit(rows[train], faces.names[train])
    return float(np.mean(mistakes(model.predict(rows[test]), faces.names[test])))


# %%
def study(neighbours, stop_after=None):
    """Run the loops on two workers; say what was computed; give the errors."""
    begun, before = time.perf_counter(), [len(step.entries()) for step in (error, parcelled)]
    tasks = list(itertools.product(levels, sizes, neighbours, range(len(folds))))
    errors = Parallel(n_jobs=2)(delayed(error)(*task) for task in tasks[:stop_after])
    seconds, after = time.perf_counter() - begun, [len(s.entries()) for s in (error, parcelled)]
    new = [now - then for now, then in zip(after, before, strict=True)]
    print(
        f"{len(errors):4} errors: {new[0]:3} computed, {new[1]:2} sets of parcels, {seconds:.2f} s"
    )
    return new, errors


# %% [markdown]
# The loops are one line, `itertools.product`. The workers are another, `Parallel`. What is
# remembered is sent to no worker. Now live with it. The first run is stopped after 40 errors,
# as if the lid had fallen shut.
#
# ??? guess "A run is stopped after 40 errors. The same line is typed again. Then once more with `k` = 7 as well. How much does the last run compute?"
#     - Everything. A loop has changed, but no *step* has.
#     - The errors of `k` = 7, and no parcels. Those are there already.
#     - Nothing. Nobody has ever asked for `k` = 7.

# %%
runs = {"stopped": study(neighbours, 40)[0], "the same\nagain": study(neighbours)[0]}
runs["once\nmore"], errors = study(neighbours)
runs["one more\nk"], _ = study((*neighbours, 7))


def mistakes(guessed, true):  # noqa: F811 - a helper that `error` uses is written anew
    return ~(guessed == true)


runs["a helper\nchanged"], _ = study(neighbours)

# %%
fig, ax = axes(ylabel="results computed")
kinds = {"errors": -0.2, "sets of parcels": 0.2}
for (kind, aside), counts in zip(kinds.items(), zip(*runs.values(), strict=True), strict=True):
    bars = ax.bar(np.arange(len(runs)) + aside, counts, 0.4, label=kind)
    ax.bar_label(bars, padding=2)
ax.set_xticks(range(len(runs)), list(runs))
ax.grid(visible=False, axis="x")
ax.legend()
show(fig, "How many errors and how many sets of parcels each run of the study had to compute.")

# %%
table = np.reshape(errors, (len(levels), len(sizes), len(neighbours), -1)).mean(axis=3)
for noise, rows in zip(levels, table, strict=True):
    size, k = np.unravel_index(rows.argmin(), rows.shape)
    print(
        f"Noise {noise}: {rows.min():.1%} errors, with {sizes[size]} parcels, k = {neighbours[k]}."
    )
folder.cleanup()

# %% [markdown]
# A set of parcels serves all the errors that differ in `k` alone. Look at the last bars. A helper of
# `error` was written anew, so all errors were computed again. But no parcels: they do not depend on
# that helper. Nobody told the program. It is what the study
# would look like if you did it by hand, and never made a mistake.
#
# **The misconception: a program that can go on needs a list of what is done.** The list is the
# folder. A result lies there or it does not.
#
# The numbers above are the best of a table, and were chosen on the photos that judge them. They
# say where to look. What may be *reported* is the nested error of
# [the last page of part two](../2-summarise/12-choose-k-by-what-it-predicts.md).
#
# ## What it cost
#
# Against four plain loops: two lines with `@memory.cache`, one with `Parallel`, and the discipline
# that a step is a **function**, whose result depends on what it is given. The engine, the
# algorithms and the data do not know each other. `aiguille` has never heard of `faineant`.
#
# ## What to try
#
# - Take another noise into `levels`. How many results are computed?
# - Change a comment in `parcelled`. What is computed again? And a number in it?
# - `print(memory.entries())` shows what is there, `error.why(0, 30, 1, 0)` tells about one call.
#
# ## Three questions
#
# ??? question "You put `print(k)` into the function `study`. What is computed again?"
#     - [ ] Everything, because the program has changed. The steps have not.
#     - [x] Nothing: `study` is no step, and no step uses it.
#     - [ ] The errors, because they use `k`. They are called with the same `k`.
#
# ??? question "Why are the parcels of a fold found on its training photos alone?"
#     - [ ] It is faster. It is, a little, but that is not why.
#     - [x] Else the test photos would have a say in what is learned: a leak.
#     - [ ] `FeatureAgglomeration` asks for it. It takes whatever it is given.
#
# ??? question "Two people run this study at once, on one folder. What happens?"
#     - [ ] One of them spoils the results of the other. Files are written whole, or not at all.
#     - [ ] Everything is computed twice. That would be so with most caches.
#     - [x] They share the work: what one computes, the other one waits for and reads.
#
# ## Exercises
#
# - [Put the lines in order](../exercises.md#27): `python -m course check 27`
#
# ## What to take home
#
# - Write plain loops over plain functions. Make the slow ones lazy.
# - To stop is not to lose, and to change is not to begin again.
# - The folder knows what is done. You need not.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: the future, "a better link of parallel
#   and memory".
# - [Memory](../reference/memory.md) and [Parallel](../reference/parallel.md).
#
# Next page: [Philosophy and future](19-philosophy-and-future.md).
