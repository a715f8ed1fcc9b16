# %% [markdown]
# # Big data
#
# After this page you can work with a file that is larger than the memory that you allow yourself:
# map it, read it in pieces, and learn from it piece by piece.
#
# **Further.** This page is off the short path. It is for the day on which a program says
# `MemoryError`.
#
# ## A question with a real picture
#
# We make thousands of photos out of our own: differently lit, and made noisy. They go into a file,
# some hundreds at a time, so that even making them needs little memory. Let us allow ourselves
# 40 MB. The file is larger.

# %%
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
from aiguille.decomposition import IncrementalPCA
from faineant import Memory, Parallel, delayed

from course import data
from course.figures import GREY, axes, face_grid, show
from course.limits import within

# %%
folder, rng = tempfile.TemporaryDirectory(), np.random.default_rng(0)
path = Path(folder.name, "photos.npy")
small = data.resized(data.faces().images, 56, 46).reshape(-1, 56 * 46).astype(float)
copies = max(1, 8000 // len(small))
made = np.lib.format.open_memmap(path, "w+", float, (copies * len(small), small.shape[1]))
for start in range(0, len(made), len(small)):
    light = rng.uniform(0.5, 1.2, (len(small), 1))
    made[start : start + len(small)] = light * small + rng.normal(0, 20, small.shape)
made.flush()
print(f"{len(made):,} photos, a file of {path.stat().st_size / 1e6:.0f} MB; allowed are 40 MB.")
show(face_grid(made[:5].reshape(-1, 56, 46)), "Five of the photos in the file.")
del made

# %% [markdown]
# ## The simple idea: read the file
#
# `np.load(path)` reads everything. What it gets right: then everything is there, and fast. Where it
# breaks: the memory is full, and the system begins to swap, or kills you.
#
# ## Better: map it
#
# With `mmap_mode="r"` the file is *mapped*: it appears as an array, but nothing is read. When you
# touch a row, the system brings the pages on which it lies, and forgets them when it needs room. A
# third way is to read some rows, add them up, and let them go.
#
# Here are the three, and a way to ask how much memory each wants.


# %%
def pieces(rows=500):
    photos = np.load(path, mmap_mode="r")
    yield from (photos[start : start + rows] for start in range(0, len(photos), rows))


ways = {
    "read it all": lambda: np.load(path).mean(axis=0),
    "map it": lambda: np.load(path, mmap_mode="r").mean(axis=0),
    "in pieces": lambda: sum(np.array(piece).sum(axis=0) for piece in pieces()),
}


# %% [markdown]
# ??? guess "The mean of all photos, in three ways. How much memory does each ask for?"
#     - The same: each number has to be looked at.
#     - The first asks for the whole file, the second for nearly nothing, the third for a piece. It is
#       what each of them holds at once.
#     - All ask for little. A mean is a small thing, but what about the way to it?


# %%
def peak(do):
    tracemalloc.start()
    do()
    most = tracemalloc.get_traced_memory()[1] / 1e6  # what Python and numpy asked for, in MB
    tracemalloc.stop()
    return most


fig, ax = axes("megabytes", height=2.4)
ax.bar_label(ax.barh(list(ways), list(map(peak, ways.values()))), fmt="%.1f MB", padding=3)
ax.axvline(40, linestyle="--", color=GREY)
ax.set(ylim=(2.5, -0.5), xlim=(0, path.stat().st_size / 0.8e6))
show(fig, "Memory asked for to find the mean of all photos, in three ways; the line is the limit.")

# %% [markdown]
# The pages of a mapped file do not count. They belong to the file, and the system may take them back
# at any time.
#
# But who holds us to our 40 MB? Linux can: a process may say how much it wants to be given at most,
# and is then refused more. `within(40, ...)` says so. We let workers say it, and try again. (Other
# systems refuse nothing.)

# %%
tried = Parallel(n_jobs=2, on_error="return")(delayed(within)(40, do) for do in ways.values())
for way, found in zip(ways, tried, strict=True):
    print(f"{way}: {'refused' if isinstance(found, MemoryError) else 'done'}")

# %% [markdown]
# **The misconception: big data needs a big machine.** Most questions need only a piece at a time.
#
# ## Pieces for all cores
#
# `Parallel` need not have a list of its tasks. It draws them as workers are free. So they can come
# from a generator, which makes them one by one, even without an end. And as each worker maps the file
# by itself, we send it the number of a piece, not the piece.


# %%
def brightness(start):
    return float(np.load(path, mmap_mode="r")[start : start + 500].mean())


starts = range(0, copies * len(small), 500)
levels = Parallel(n_jobs=2)(delayed(brightness)(start) for start in starts)
print(f"{len(levels)} pieces; their mean brightness: {min(levels):.0f} to {max(levels):.0f}.")

# %% [markdown]
# ## Learn piece by piece
#
# A mean is easy in pieces. Can one also learn so? The principal components of
# [What a classifier sees](../1-predict/6-features.md) come from all photos at once. An
# *out-of-core* algorithm needs a piece at a time. This one keeps the components of all pieces so
# far, and turns them a little with each new piece.


# %%
def learn():
    model = IncrementalPCA(n_components=5)
    for piece in pieces(400):
        model.partial_fit(np.array(piece))
    return model


[model] = Parallel(n_jobs=2)([delayed(within)(40, learn)])
some = np.array(next(pieces(400)))
alike = np.corrcoef(model.transform(some)[:, 0], some.mean(axis=1))[0, 1]
print(f"The first component and the brightness of a photo: correlation {abs(alike):.2f}.")
faces = [128 + 2500 * component.reshape(56, 46) for component in model.components_]
kept = [f"{share:.0%}" for share in model.explained_variance_ratio_]
show(face_grid(faces, kept), "Five components of the file, and what each explains of it.")

# %% [markdown]
# The first component is the light that we have added: that is where the photos differ most. The
# others tell one face from another. For all this, there were never more than 400 photos of the file in
# memory.
#
# ## Large results come back mapped
#
# What `Memory` keeps, it maps as well.

# %%
memory = Memory(folder.name, verbose=0)


@memory.cache
def brighter(factor):
    return factor * np.load(path, mmap_mode="r")[:1500]


for turn in ("computed and kept", "mapped"):
    begun = time.perf_counter()
    asked = peak(lambda: brighter(2))
    print(f"{turn}: {1000 * (time.perf_counter() - begun):.0f} ms, {asked:.1f} MB asked for")
folder.cleanup()

# %% [markdown]
# The second turn still takes a moment. Before a program uses a kept file for the first time, the whole
# file is looked through, to see that it is not damaged. An array among the arguments would be read
# as well: is it the same one?
#
# ## What to try
#
# - Pieces of 50 photos, and of 5,000: what does `IncrementalPCA` take, in memory and in time?
# - Make the file four times as large. Which of the numbers above grow?
# - Find the largest pixel of each photo in pieces. And the median over all photos: can you?
#
# ## Three questions
#
# ??? question "You map a file of 100 GB on a laptop with 8 GB. What happens at once?"
#     - [x] Nothing is read. Pages come when you touch them.
#     - [ ] The first 8 GB are read. Nothing asks for them yet.
#     - [ ] An error. The laptop has addresses enough.
#
# ??? question "Which of these cannot be found exactly in one pass over pieces, with little memory?"
#     - [ ] The mean. Keep a sum and a count.
#     - [ ] The largest value. Keep the largest so far.
#     - [x] The median. Any value may turn out to be in the middle, until all are seen.
#
# ??? question "Why do we send a worker the number of a piece, and not the piece?"
#     - [ ] Numbers are more exact. A piece is as exact.
#     - [x] The worker can map the file itself: nothing large travels.
#     - [ ] Arrays cannot be sent. They can, it only takes time.
#
# ## Exercises
#
# - [One chunk at a time](../exercises.md#25): `python -m course check 25`
#
# ## What to take home
#
# - Map, do not read. Pieces, not everything.
# - Ask of each algorithm: does it need all data at once?
# - Send names and numbers. Let the workers look for themselves.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "fast: large data, parallel computing".
# - D. Ross, J. Lim, R.-S. Lin & M.-H. Yang (2008), "Incremental learning for robust visual
#   tracking", *IJCV* 77: principal components, piece by piece.
#
# Next page: [When things go wrong](17-when-things-go-wrong.md).
