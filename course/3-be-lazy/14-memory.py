# %% [markdown]
# # Memory
#
# After this page you can let a function remember on disk what it gave, say what makes it compute
# again, and look into the folder in which it keeps its results.
#
# ## A question with a real picture
#
# The talk shows a call that is computed, and the same call again, with the comment *no
# re-evaluation* (G. Varoquaux, PyCon FR 2010). Here it is, with the names of today. The library says
# what it calls, so watch how often it speaks.
#
# ??? guess "`square(a)` is called twice. Then a number in `a` is changed, and it is called a third time. How often is it computed?"
#     - Once. It is the same array, in the same variable.
#     - Twice. What counts is what is *in* the array.
#     - Three times. Arrays cannot be remembered, for they can change.

# %%
import tempfile
from pathlib import Path

import numpy as np
from faineant import Memory

from course import data
from course.figures import axes, face_grid, show

folder = tempfile.TemporaryDirectory()
square = Memory(folder.name).cache(np.square)
a = np.vander(np.arange(3))
b, c = square(a), square(a)
a[0, 0] = 5
d = square(a)

# %% [markdown]
# Three calls, two computations. The second call found its result, though it may be next week, in
# another program.
#
# ## The simple idea: a dict
#
# A dict from arguments to results remembers, too. What it gets right: it is one line, and very
# fast. Where it breaks: it is gone with the program. An array cannot be a key. And if you mend the
# function, the dict still has the old results.
#
# **The misconception: a cache knows a call by the names in it.** Names do not matter: `a` was `a`
# all the time. What matters is what the names stand for.
#
# ## What is a key?
#
# `Memory` makes a *key* for each call: a short number made of what the function **is** and of what
# its arguments **are**. A photo counts with all its pixels. How you write the call does not count.

# %%
memory = Memory(folder.name, verbose=0)


@memory.cache
def shrunk(photo, side=16):
    return data.resized(photo[None], side, side)[0]


photos = data.faces().images[:2]
photo = photos[0]
other = photo.copy()
other[0, 0] ^= 1  # one pixel, one grey level
calls = {
    "shrunk(photo)": shrunk.key(photo),
    "shrunk(side=16, photo=photo)": shrunk.key(side=16, photo=photo),
    "shrunk(photo.copy())": shrunk.key(photo.copy()),
    "shrunk(other)": shrunk.key(other),
    "shrunk(photo, 17)": shrunk.key(photo, 17),
}
print(*(f"{key[:8]}  {call}" for call, key in calls.items()), sep="\n")

# %%
show(
    face_grid([photo, shrunk(photo), other], ["photo", "shrunk", "other"], columns=3),
    "A photo, the result that is kept of it, and another photo: one pixel differs.",
)

# %% [markdown]
# The first three are one call, and have one key. The last two are other calls.
#
# ## What invalidates?
#
# A result is *invalid* when the function would now give another one. The arguments may have
# changed: then the key is another one. But also the **code**: that of the function, and that of
# whatever it uses. `why` tells what a call would do, and does nothing.


# %%
def contrast(photo):
    return int(photo.max()) - int(photo.min())


@memory.cache
def stretched(number):
    photo = photos[number]
    return (photo - photo.min()) * (255.0 / contrast(photo))


stretched(0)
print("1.", stretched.why(0), "\n2.", stretched.why(1))


# %%
def contrast(photo):  # noqa: F811 - mended: outliers do not count any more
    return np.percentile(photo, 99) - np.percentile(photo, 1)


print("3.", stretched.why(0))

# %% [markdown]
# The function `stretched` has not changed by a letter. What it *uses* has. A cache that looks at the
# text of a function alone would now give you the old picture. In turn, a comment or another name
# for a file changes nothing here, and nothing is computed again.
#
# What it cannot see: a file that your function reads, the clock, the internet. A file you can name
# with `uses=`.
#
# ## Look into the folder
#
# "Storage on disk in separate folders", says the slide. So it is.

# %%
stretched(0)
for entry in memory.entries():
    print(f"{entry.size:7,} bytes  {' '.join(entry.call.split())[:44]}")
files = [f for f in Path(folder.name).rglob("*") if f.is_file()]
kinds = sorted({f.suffix for f in files})
print(
    f"{len(files)} files in {len({f.parent for f in files})} folders; endings: {', '.join(kinds)}"
)

# %% [markdown]
# Each result is one file, whose name is its key. Nothing else is needed to find it. In a terminal,
# `python -m faineant ls FOLDER` lists the same.
#
# ## Then and now
#
# | | the slide, 2010 | here |
# |---|---|---|
# | what arguments are | MD5 of them | SHA-256, in a tree, so that all cores help |
# | large results | mapped into memory | the same, and writing into them is safe |
# | the global table | "sqlite (locks :( )" | sqlite too, but no call ever waits for it |
# | cleaning | "on the fly (beta)" | `Memory(folder, limit="1 GB")` lets the least useful go |
# | a damaged file | not on the slide | found, and computed again |
#
# The locks were a real trouble: two programs wanted to write into the table, and one waited for the
# other. Now **the files are the truth**. The table only tells about them. If it is locked or lost,
# it is made again.

# %%
small = Memory(folder.name, verbose=0, limit="60 kB")
sizes = []
keep = small.cache(np.multiply)
for factor in range(12):
    keep(photo, factor)
    sizes.append(sum(entry.size for entry in small.entries()) / 1000)
fig, ax = axes("results that were computed", "kilobytes kept", height=3)
ax.plot(range(1, 13), sizes)
ax.axhline(60, linestyle="--", marker="", color="#808890")
ax.set_ylim(0, None)
show(fig, "What a folder with a limit of 60 kB holds, while twelve results come in.")
folder.cleanup()

# %% [markdown]
# ## When it is worth it
#
# A look-up costs a fraction of a millisecond, and a large array has to be read once to know what it
# is. Let functions remember that take longer than that, and not those that add two numbers.
#
# ## What to try
#
# - Change a comment in `contrast`: what does `why` say? And a number?
# - Give `shrunk` a list instead of an array.
# - `print(stretched.forget(0), stretched.why(0))`.
#
# ## Three questions
#
# ??? question "A function reads `prices.csv`. You change the file and call the function again. What comes?"
#     - [ ] The new result: the file is part of the program. It cannot see what you open.
#     - [x] The old result, unless the file was named with `uses=`.
#     - [ ] An error. Nobody has noticed anything.
#
# ??? question "You rename the variable `photo` of your program to `p`. Is `shrunk(p)` computed again?"
#     - [x] No: what counts is what is in it.
#     - [ ] Yes, it is another name. Names of your variables are not part of the key.
#     - [ ] Only after a restart. A key is the same in each program.
#
# ??? question "Two programs call the same function with the same arguments at once. What happens?"
#     - [ ] Both compute, and one of them overwrites the other.
#     - [x] One computes. The other waits for it, and reads.
#     - [ ] The second one gets an error. It waits instead.
#
# ## Exercises
#
# - [A key for arguments](../exercises.md#19): `python -m course check 19`
# - [What invalidates?](../exercises.md#20): `python -m course check 20`
# - [An atomic write](../exercises.md#21): `python -m course check 21`
#
# ## What to take home
#
# - A key is what the function is, and what its arguments are. Names do not matter.
# - Helpers count. Comments do not.
# - The files are the truth.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "lazy evaluation".
# - [`Memory`](../reference/memory.md): all that it can, and how fast it is.
#
# Next page: [Parallel](15-parallel.md).
