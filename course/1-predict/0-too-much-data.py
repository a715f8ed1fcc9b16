# %% [markdown]
# # Too much data
#
# After this page you can say what a photo is to a computer, which two useful things can be done
# with a lot of data, and why both must be right and fast.
#
# You need to know what a loop in Python does. Nothing else. The grey boxes hold the code that
# draws and counts. You may skip them: the text says what they do.
#
# ## A question with a real picture
#
# In 2010 Gaël Varoquaux gave a talk at PyCon FR, *Aiguille et botte de foin*: needle and haystack.
# It begins with two words, "explosion" and "data". Here is a small explosion. Who wants to look
# through it?

# %%
import time

import numpy as np
from aiguille.metrics import pairwise_distances
from aiguille.neighbors import KNeighborsClassifier

from course import data
from course.figures import GREY, axes, face_grid, face_wall, show

# %%
faces = data.faces()
some = faces.images[:: max(1, len(faces.images) // 100)]
show(face_wall(some), f"{len(some)} of {faces.title}: nobody wants to look through them all.")
print(f"Here are {len(faces.images):,} photos: {faces.images.size:,} numbers from 0 to 255.")

# %% [markdown]
# To a computer a grey photo is a table of grey levels: 0 is black, 255 is white. Each place of the
# table is a *pixel*. Write the lines of the table one after the other, and a photo is one long row.
# All photos together are one large table: a row for each photo, a column for each pixel.
#
# Most of these numbers tell little. The pixel beside a dark pixel is mostly dark as well. And
# nobody asks about pixels. We ask: who is this? The answer is the needle. The pixels are the hay.
#
# ## The simple idea: summarise
#
# The talk gives two answers to too much data. The first is to **summarise**: say nearly the same
# with fewer numbers. Below, each pixel of a smaller photo is the mean of those that it
# replaces. Step back a little from your screen, and see how long you still recognise who it is.

# %%
height, width = faces.images.shape[1:]
sizes = [(max(1, height // cut), max(1, width // cut)) for cut in (1, 4, 8, 11, height)]
steps = [data.resized(faces.images, *size) for size in sizes]
show(
    face_grid([step[0] for step in steps], [f"{h * w:,}" for h, w in sizes]),
    "One photo, summarised with fewer and fewer numbers (above); the last is its mean grey level.",
)

# %% [markdown]
# What it gets right: a small picture is quick to store, to send and to compare. Where it breaks:
# how do we know that it still holds the needle? A summary alone cannot say what it has lost.
#
# ## The better idea: ask it to predict
#
# The second answer is to **predict**: from photos whose names we know, find the name of a photo
# that we have not seen before. Then a summary is good if it still predicts well. We do it in the
# simplest way. A new photo gets the name of the known photo that looks most like it, its *nearest
# neighbour*. The next pages tell how.
#
# Let the computer know the first half of each person's photos, and let it name the second half.
# The share of wrong names is the **error**. We compare it with **chance**: how wrong is somebody
# who never looks, and always says the same name?
#
# In the box below, `fit` shows the known photos and their names to a method, and `predict` asks it
# for the names of the others. `np` is NumPy, which counts with whole tables instead of in loops.
#
# ??? guess "With how few numbers a photo are people named as well as with all of them?"
#     - All are needed. Each pixel left out is something lost, and faces differ in small things.
#     - About a tenth. Neighbouring pixels say nearly the same, so some can go.
#     - About a hundredth. You may have recognised the fourth picture above.
#     - One. Perhaps some people are just darker on photos than others.

# %%
known = faces.position < faces.fewest // 2
for images, (h, w) in zip(steps, sizes, strict=True):
    rows = images.reshape(len(images), -1).astype(float)
    nearest = KNeighborsClassifier(n_neighbors=1).fit(rows[known], faces.names[known])
    error = np.mean(nearest.predict(rows[~known]) != faces.names[~known])
    print(f"With {h * w:>6,} of the numbers, {error:.1%} of the unseen photos get a wrong name.")
print(f"Chance, for {len(faces.people)} people: {faces.chance:.1%}.")

# %% [markdown]
# On the AT&T faces, a good summary loses nothing: with about a hundredth of the numbers the error is
# even a little lower (part two looks into that). A bad one, one mean grey level, loses much: it gives
# five times as many right names as chance, but six of seven are wrong.
#
# So a method must be good **statistically**: out of the data that it gets, it must draw what can
# be drawn. That is the first half of the talk's wish.
#
# ## Fast, or never
#
# The second half is about time. To find who looks like whom, compare every photo with every other.
# Ten photos make 45 pairs. A thousand make half a million. Twice the photos, four times the work.
# Let us measure what one comparison takes, and draw what that means.

# %%
first, second = faces.pixels[0].tolist(), faces.pixels[1].tolist()
start = time.perf_counter()
sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5
loop = time.perf_counter() - start

start = time.perf_counter()
pairwise_distances(faces.pixels, faces.pixels)
at_once = (time.perf_counter() - start) / len(faces.images) ** 2
print(f"One comparison in a loop: {loop * 1e6:,.0f} millionths of a second.")
print(f"One of them when all are made at once: {at_once * 1e6:.1f} millionths.")

# %%
photos = np.logspace(1, 6, 50)
pairs = photos * (photos - 1) / 2
fig, ax = axes("number of photos", "time to compare them all (s)")
ax.loglog(photos, pairs * loop, "-", label="a Python loop", marker="")
ax.loglog(photos, pairs * at_once, "--", label="all at once", marker="")
for name, seconds in {"a minute": 60, "a day": 86_400, "a year": 31_557_600}.items():
    ax.axhline(seconds, color=GREY, linewidth=1)
    ax.text(10, seconds * 1.3, name)
ax.legend(loc="lower right")
show(fig, "Time to compare every photo with every other, from one measured comparison each.")

# %% [markdown]
# Both lines are straight on these axes, where each step multiplies by ten, and equally steep: no
# trick here changes that pairs grow with the square. But between them lies the difference between
# a day and some minutes.
#
# **The misconception: too slow means, buy a faster computer.** We bought none. We asked for the
# same numbers in another way. The loop handles one pixel at a time; the other way handles all
# photos at once, in an order that suits the machine.
#
# In a formula: the distance between photos a and b is √ Σ (aᵢ − bᵢ)², where Σ says "add up, over
# all pixels i". Because (aᵢ − bᵢ)² = aᵢ² + bᵢ² − 2 aᵢbᵢ, nearly all of the work is to add up the
# products aᵢbᵢ, for all pairs of rows. Computers are good at that.
#
# The talk wants any method to be "statistiquement optimal, algorithmiquement rapide". The best
# method is useless when it ends next year, and the fastest one when it is wrong.
#
# ## What to try
#
# - Change the list of cuts, `(1, 4, 8, 11, height)`. Where does the error begin to rise?
# - Let the computer know two photos of each person: `known = faces.position < 2`.
#
# ## Three questions
#
# ??? question "All pairs of 1,000 photos are compared in a second. How long do 10,000 photos take?"
#     - [ ] About 10 seconds. That would be so if each photo had the same work to do as before.
#     - [x] About 100 seconds. Ten times as many photos meet ten times as many others.
#     - [ ] About a second, if all are compared at once. That saves on each pair, but not on their
#       number.
#
# ??? question "An error is 40%. Is that good?"
#     - [ ] No, nearly half of the names are wrong. With two people it is awful indeed.
#     - [ ] Yes, most names are right. With two people one is right half of the time without
#       looking.
#     - [x] It depends on chance. With a thousand people it is splendid.
#
# ??? question "Two summaries have as many numbers. How do you find the better one?"
#     - [ ] By looking at the pictures. What pleases the eye is not what tells people apart.
#     - [x] By what can be predicted from each. That asks for the needle, not for the hay.
#     - [ ] They are equally good. A mean grey level and one well chosen pixel differ a lot.
#
# ## Exercises
#
# - [Mend the slide](../exercises.md#1): `python -m course check 1`
#
# ## What to take home
#
# - Data is a table of numbers: here, a row for each photo, a column for each pixel.
# - Two answers to too much of it: **summarise** (fewer numbers) and **predict** (new knowledge).
# - Both must be statistically good and fast. Error and time are things to measure.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "Explosion de la quantité de données".
# - F. Samaria & A. Harter (1994), "Parameterisation of a stochastic model for human face
#   identification": the AT&T faces.
#
# Next page: [Who is this?](1-who-is-this.md) A computer learns faces, with the simplest idea.
