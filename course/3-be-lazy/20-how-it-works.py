# %% [markdown]
# # How it works
#
# After this page you can find your way in our source: how a call becomes a key, how a result
# becomes a file, and how a tree of parcels grows.
#
# **Further.** This page is off the short path. It is for those who want to look under the bonnet.
# All source on it is taken from the packages that run here, by name: it cannot be older than they.
#
# ## A question with a real picture
#
# A photo is 10,304 numbers. Change one of them by one grey level: nobody sees it. A cache must see
# it, or it gives the result of another photo. And it must be fast, for it looks at every call.
#
# ??? guess "Two photos differ in one pixel by one grey level. How do their digests differ?"
#     - In one place. A small change, a small difference: that would be a checksum of a kind.
#     - In about half of all their bits. Each bit is as good as tossed.
#     - Not at all. It is too small to see, but then a cache would be wrong.

# %%
import numpy as np
from faineant import hash as digest

from course import data, source
from course.figures import axes, face_grid, show

# %%
photo = data.faces().images[0]
other = photo.copy()
other[50, 40] ^= 1
bits = [np.array([int(b) for b in f"{int(digest(p), 16):0128b}"]) for p in (photo, other)]
digests = [255 * b.reshape(8, 16) for b in (*bits, bits[0] != bits[1])]
show(
    face_grid(digests, ["one photo", "one pixel changed", "where they differ"], columns=3),
    "The 128 bits of the digests of two photos, and the bits in which they differ.",
)
print(f"{(bits[0] != bits[1]).sum()} of 128 bits differ.")

# %% [markdown]
# ## What a value is: `digest.py`
#
# A *digest* is a number of fixed length that stands for a value. The simple idea: turn the value into bytes
# with `pickle`, and hash these. What it gets right: pickle knows nearly everything. Where it
# breaks: two equal values can have different pickles. A set has no order, and a dict remembers in
# which order it was filled. So a cache would compute again, for no reason.
#
# The better idea: walk through the value. Each kind of thing says what counts. Of a set: its items,
# sorted. (`self.looped` lists values that contain themselves, with which the walk would never end. The
# line with `forget_loops` lets no item see those of the item before: else their order would count.)

# %%
print(source.excerpt("faineant.digest.Walk.unordered"))

# %% [markdown]
# Large arrays are hashed as a tree: leaves of 1 MiB, each by itself, then the hashes of the leaves.
# So all cores can help, and still the digest is the same on every machine. What that gains depends on
# how many cores there are, and on whether they are free: the last line printed says how it was here.

# %%
import hashlib
import time
import timeit

print(source.excerpt("faineant.tree.tree_hash"))
numbers = np.zeros(8_000_000)
tries = [timeit.repeat(lambda f=f: f(numbers), number=1) for f in (hashlib.sha256, digest)]
one, tree = (numbers.nbytes / min(seconds) / 1e9 for seconds in tries)
print(f"One hash {one:.1f} GB/s, the tree {tree:.1f} GB/s: {tree / one:.1f} times as fast here.")

# %% [markdown]
# ## From a call to a file: `cached.py`, `store.py`
#
# This is what happens when you call a function that remembers. A key is made, of the function and
# of its arguments. It is looked up. Only where nothing is found, something is computed.

# %%
import tempfile
from pathlib import Path

from faineant import Memory

print(source.excerpt("faineant.cached.CachedFunction.__call__"))
with tempfile.TemporaryDirectory() as folder:
    memory = Memory(folder, verbose=0)
    memory.eval(np.square, photo)
    for file in sorted(Path(folder).rglob("*")):
        if file.is_file():
            print(f"{file.stat().st_size:7,} bytes  {file.name}")

# %% [markdown]
# That file is the result. **The misconception: two programs that write one file at the same time
# spoil it.** Not if nobody ever writes *into* a file that others read. A result is written under
# another name, and then renamed: for the others it is there whole, or it is not there. And while
# one process computes, it holds a *claim*: a lock on the unfinished file. Whoever wants the same
# result waits for it.

# %%
print(source.excerpt("faineant.store.Store.claim"))

# %% [markdown]
# `HELD` has the results that this thread is computing: it must not wait for itself. The lock is the
# system's own. If its owner dies, however badly, the system lets go of it.
#
# ## A tree of parcels: `structured.py`
#
# Ward's method merges, again and again, the two neighbours whose merging costs least: that adds
# least to the squared distances inside the groups. A simple program looks at all pairs for each
# merge. With n pixels that is n times too often. Ours keeps for each group its cheapest neighbour,
# in a *heap*: a list whose smallest item is always at hand. This is what a merge costs, one group
# against all its neighbours:

# %%
from aiguille.cluster import ward_tree
from aiguille.image import grid_to_graph

print(source.excerpt("aiguille.cluster.structured.WardCosts.of_many"))
sides, seconds = (16, 32, 64, 128), []
for side in sides:
    pixels = data.resized(data.faces().images[:20], side, side).reshape(20, -1).T.astype(float)
    begun = time.perf_counter()
    ward_tree(pixels, grid_to_graph(side, side).edges)
    seconds.append(time.perf_counter() - begun)

# %%
growth = np.polyfit(np.log(np.square(sides)), np.log(seconds), 1)[0]
fig, ax = axes("pixels", "seconds")
ax.loglog(np.square(sides), seconds)
show(fig, "Time to grow Ward's tree against the number of pixels, on this machine.")
print(f"Twice the pixels take {2**growth:.1f} times as long.")

# %% [markdown]
# A program that looks at all pairs would take four times as long, or eight.
#
# ## What to try
#
# - `print(source.excerpt("aiguille.neighbors.NearestCentroid"))`: the typical faces of
#   [the first chapter](../1-predict/1-who-is-this.md), whole.
# - Replace the excerpt of `unordered` by `mapping`. How does it treat a dict?
# - Open the file itself: each begins by saying what it knows, and in which order to read it.
#
# ## Three questions
#
# ??? question "`f({1, 2})` is in the cache. You call `f({2, 1})`. What happens?"
#     - [x] It is found: the two sets are equal, and so are their digests.
#     - [ ] It is computed again. The order differs, but a set has none.
#     - [ ] An error. Python's own `hash` refuses a set, but a digest does not need it.
#
# ??? question "A process is killed while it writes a result. What do the others find?"
#     - [ ] Half a file. It has another name until it is whole.
#     - [x] Nothing. They compute the result themselves.
#     - [ ] A lock that never goes. It goes with the process.
#
# ??? question "Why are the leaves of the tree of hashes of one size on every machine?"
#     - [ ] It is the fastest size everywhere. It is a good one, not the best everywhere.
#     - [x] Else the same array would have another digest on another machine. The leaves are part of it.
#     - [ ] Memory comes in pieces of 1 MiB. It does not.
#
# ## Exercises
#
# This page is itself one: read a file of ours, and find a line that could be simpler.
#
# ## What to take home
#
# - A cache is right if equal things have equal digests, and others do not.
# - Never write into a file that others read. Write another one, and rename it.
# - Speed came from an idea each time: a tree of hashes, a heap of neighbours.
#
# ## Sources
#
# - J. H. Ward (1963), "Hierarchical grouping to optimize an objective function", *JASA* 58(301).
# - R. C. Merkle (1987), "A digital signature based on a conventional encryption function": trees of
#   hashes.
# - `digest.py`, `tree.py`, `cached.py`, `store.py`, `claims.py` of `faineant`, and
#   `cluster/structured.py` of `aiguille`.
#
# This is the last page. [The talk, slide by slide](../reference/the-talk.md) says where everything
# was.
