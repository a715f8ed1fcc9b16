# %% [markdown]
# # Memory
#
# After this page you can let a function remember on disk what it gave, say what makes it compute
# again, and look into the folder in which it keeps its results.
#
# ## A question with a real picture
#
# The talk shows a call that is computed, and the same call again, with the comment "no
# re-evaluation" (G. Varoquaux, PyCon FR 2010). Here it is, with the names of today. The library says
# what it calls, so watch how often it speaks. (To use it in a file of your own, type `python -m pip
# install ./packages/faineant` in the project's folder first.)

# %%
import tempfile
import time
from pathlib import Path

import numpy as np
from faineant import Memory
from faineant.__main__ import main

from course import data
from course.figures import axes, face_grid, show

folder = tempfile.TemporaryDirectory()

# %% [markdown]
# ??? guess "`square(a)` is called twice. Then a number in `a` is changed, and it is called a third time. How often is it computed?"
#     - Once. It is the same array, in the same variable.
#     - Twice. What counts is what is *in* the array.
#     - Three times. Arrays cannot be remembered, for they can change.

# %%
square = Memory(folder.name).cache(np.square)
a = np.vander(np.arange(3))
b, c = square(a), square(a)
a[0, 0] = 5
d = square(a)

# %% [markdown]
# Count the lines that begin with `[Memory] Calling`: a call that found its result says nothing. It
# would find it next week, too, and in another program.
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
# `Memory` makes a *key* for each call: a number of fixed length, made of what the function **is** and
# of what its arguments **are**. It is written in 32 hex digits; below are the first 8. A photo counts
# with all its pixels. How you write the call does not count.

# %%
memory = Memory(folder.name, verbose=0)


@memory.cache
def shrunk(photo, side=16):
    return data.resized(photo[None], side, side)[0]


photos = data.faces().images[:2]
photo = photos[0]
other = photo.copy()
other[0, 0] ^= 1  # one pixel, one grey level
fig = face_grid([photo, shrunk(photo), other], ["photo", "shrunk", "other"], columns=3)
show(fig, "A photo, the result that is kept of it, and another photo: one pixel differs.")

# %%
calls = {
    "shrunk(photo)": shrunk.key(photo),
    "shrunk(side=16, photo=photo)": shrunk.key(side=16, photo=photo),
    "shrunk(photo.copy())": shrunk.key(photo.copy()),
    "shrunk(other)": shrunk.key(other),
    "shrunk(photo, 17)": shrunk.key(photo, 17),
}
print(*(f"{key[:8]}  {call}" for call, key in calls.items()), sep="\n")
begun = time.perf_counter()
shrunk(photo)
print(f"{1000 * (time.perf_counter() - begun):.1f} ms to look up the first, on this machine.")

# %% [markdown]
# The first three are one call, and have one key. The last two are other calls.
#
# ## What invalidates?
#
# A result is *invalid* when the function would now give another one. The arguments may have
# changed: then the key is another one. But also the **code**: that of the function, and that of
# whatever it uses. `why` tells what a call would do, and does nothing.


# %%
white = 255.0


def contrast(photo):
    return int(photo.max()) - int(photo.min())


@memory.cache
def stretched(number):
    return (photos[number] - photos[number].min()) * (white / contrast(photos[number]))


stretched(0)
print("1.", stretched.why(0), "\n2.", stretched.why(1))

# %% [markdown]
# Now we change the program around it: first a comment, then a constant, then the helper. The function
# `stretched` itself does not change by a letter.
#
# ??? guess "Which of the three changes makes `stretched(0)` run again?"
#     - None. Its own text and its argument are what they were.
#     - All three. Each of them changes the file.
#     - Two of them. A comment cannot change a result.


# %%
def contrast(photo):  # noqa: F811 - a comment
    return int(photo.max()) - int(photo.min())


print("comment:", stretched.why(0))
white = 1.0
print("constant:", stretched.why(0))


def contrast(photo):  # noqa: F811 - the border does not count any more
    return int(photo[1:-1].max()) - int(photo[1:-1].min())


white = 255.0
print("helper:", stretched.why(0))

# %% [markdown]
# A cache that looks at the text of a function alone would now give you the old picture. What this one
# cannot see: a file that your function reads, the clock, the internet. A file you can name with
# `uses=`.
#
# ## Look into the folder
#
# "Storage on disk in separate folders", says the slide. So it is.

# %%
stretched(0)
for entry in memory.entries():
    print(f"{entry.size:7,} bytes  {' '.join(entry.call.split())[:44]}")
files = [file for file in Path(folder.name).rglob("*.entry") if file.is_file()]
print(f"{len(files)} files for them, such as {files[0].name[:12]}...")
main(["ls", folder.name, "stretched"])

# %% [markdown]
# Each result is one file. Its name is the key, then 8 digits that say who kept it, then
# `.entry`. Nothing else is needed to find it. Of `stretched(0)`
# there are two: with the old helper and with the new one. Change the helper back, and the old result
# is found again.
#
# The last lines are what `python -m faineant ls FOLDER stretched` prints in a terminal. Times are
# those of the machine that made this page.
#
# ## Then and now
#
# | | the slide, 2010 | here |
# |---|---|---|
# | what arguments are | MD5 of them | SHA-256, in a tree, so that all cores help |
# | large results | mapped into memory | the same, and writing into them is safe |
# | the global table | "sqlite (locks :( )" | sqlite too, but no call ever waits for it |
# | cleaning | "on the fly (beta)" | with `limit=` the least useful goes |
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
# Below the keys stands what a look-up took, on the machine that made this page. A large array takes
# longer: it is read once, to know what it is. Let functions remember that take longer than that, and
# not those that add two numbers.
#
# ## What to try
#
# - Change the helper back to what it was: what does `why` say?
# - Give `shrunk` a list instead of an array.
# - Call `stretched.forget(0)`, and ask `stretched.why(0)` again.
#
# ## Three questions
#
# ??? question "A function reads `prices.csv`. You change the file and call the function again. What comes?"
#     - [ ] The new result. A cache cannot see which files you open.
#     - [x] The old result, unless the file was named with `uses=`. Function and arguments are the same.
#     - [ ] An error. Nothing has noticed the change.
#
# ??? question "You rename the variable `photo` of your program to `p`. Is `shrunk(p)` computed again?"
#     - [x] No: what counts is what is in it.
#     - [ ] Yes, it is another name. Names of your variables are not part of the key.
#     - [ ] Only after a restart. A key is the same in each program.
#
# ??? question "Two programs call the same function with the same arguments at once. What happens?"
#     - [ ] Both compute, and one of them overwrites the other. A claim on the result keeps them apart.
#     - [x] One computes. The other waits for it, and reads.
#     - [ ] The second one gets an error. It waits instead.
#
# ## Exercises
#
# - [A key for arguments](../exercises.md#19): `python -m course check 19`
# - [What invalidates](../exercises.md#20): `python -m course check 20`
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
