# %% [markdown]
# # Why reduce?
#
# After this page you can say when fewer numbers give fewer errors, why neighbours are worth
# averaging, and why picking pixels is not the same as averaging them.
#
# "Haystack: the size of the data harms the performance", says the talk. "Pictures contain much
# redundant information. How can one reduce them best?" (G. Varoquaux, PyCon FR 2010, our
# translation.)
#
# ## A question with a real picture
#
# Below are two people, each as they are and in noise of 100 grey levels. Move the slider: the same
# photos, averaged to fewer pixels or more. At which size would you rather name the noisy ones?

# %%
import numpy as np
from aiguille.datasets import with_noise
from aiguille.model_selection import StratifiedKFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier

from course import data
from course.exhibits import draw_first, slider
from course.figures import axes, face_grid, show
from course.remember import memory

faces = data.faces()
# %%
clean = data.resized(faces.images, 64, 64).astype(np.float32)
noisy = with_noise(clean, 100)
one, other = np.flatnonzero(faces.position == 0)[:2]
four, views = np.stack([clean[one], noisy[one], clean[other], noisy[other]]), {}
for side in (4, 8, 16, 32, 64):
    small = data.resized(four, side, side)
    views[f"{side} x {side}"] = face_grid(small, ["clean", "noisy"] * 2, columns=4)
slider("pixels", views, "Two people, clean and in noise, averaged to so many pixels.")

# %% [markdown]
# ## The simple idea: keep everything
#
# More numbers cannot harm: a good method will look at those that matter. What it gets right: what
# is thrown away does not come back. Where it breaks: a distance adds up **all** pixels. Each brings
# a little of the face, and the whole of its noise.
#
# **The misconception: more data is more information.** Information is what tells people apart. The
# rest is hay.
#
# So let us reduce, in three ways:
#
# - *squares*: each new number is the mean of the pixels of one square, as on the slider;
# - *picked*: some pixels are kept, drawn at random, and all others forgotten;
# - *mixed*: each new number is a mean of as many pixels as a square has, but of pixels from all over
#   the picture.
#
# The third is there to tell two things apart: is it the averaging that helps, or is it averaging
# *neighbours*?


# %%
@memory.cache
def error(images, names, folds):
    """Find the error of one neighbour."""
    cv = StratifiedKFold(folds, shuffle=True, random_state=0)
    rows = images.reshape(len(images), -1)
    return 1 - cross_val_score(KNeighborsClassifier(1), rows, names, cv=cv).mean()


# %%
shuffled = np.random.default_rng(0).permutation(64 * 64)


def squares(images, side):
    return data.resized(images, side, side)


def picked(images, side):
    return images.reshape(len(images), -1)[:, shuffled[: side**2]]


def mixed(images, side):
    return squares(picked(images, 64).reshape(images.shape), side)


# %%
sides = [3, 4, 6, 8, 12, 16, 24, 32, 64]
found = {(photos, way.__name__): [error(way(images, s), faces.names, faces.folds) for s in sides]
         for photos, images in (("clean", clean), ("noisy", noisy))
         for way in (squares, picked, mixed)}  # fmt: skip
pixels = [side**2 for side in sides]
draw_first("Noisy photos, averaged in squares. Draw the error against the pixels that are left.",
           pixels, found["noisy", "squares"], log=True, percent=True, y_range=(0, 1),
           xlabel="pixels left", ylabel="error of one neighbour",
           caption="Error on noisy photos, averaged in squares, against the pixels left.")  # fmt: skip

# %% [markdown]
# Did your curve go down and up again? Here it is beside the others, for clean photos and for noisy
# ones.

# %%
fig, both = axes("pixels left", "error", rows=2, height=3.2, percent="y")
print("pixels left    :", *(f"{n:5}" for n in pixels))
for ax, photos in zip(both, ("clean", "noisy"), strict=True):
    for way in ("squares", "picked", "mixed"):
        curve = found[photos, way]
        ax.semilogx(pixels, curve, label=way)
        print(f"{photos}, {way:8}:", *(f"{error:5.1%}" for error in curve))
    print(f"{photos}: {curve[-1]:.1%} with all {pixels[-1]}, chance {faces.chance:.1%}.")
    ax.set_title(photos)
    ax.set_ylim(0, 1)
fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
show(fig, "Error against the numbers left, in three ways, on clean photos and on noisy ones.")

# %% [markdown]
# First the clean photos. Of the AT&T faces, 36 squares do as well as all 4,096 pixels. Picked, it
# takes about a thousand. So three quarters of the pixels say hardly anything of their own, and what
# all of them say fits into few means. That is called *redundant*.
#
# In noise the three ways part.
#
# - **Squares** have a best size. There the errors are a fraction of those with all pixels.
# - **Picking** never helps. The pixels that stay are as noisy as before, and there are fewer.
# - **Mixing** does not help either, though it removes as much noise as squares do. It removes the
#   face as well: a mean of pixels from all over the picture is nearly the same for everybody.
#
# So it is neither the size alone nor the averaging alone. It is averaging numbers that **say the
# same**.
#
# ## Who says the same?
#
# Let us ask how far two pixels go together, over all photos, against the distance between them. (A
# correlation of 1 is in step, 0 is not at all.)

# %%
signal = clean - clean.mean(axis=0)
signal = signal / (signal.std(axis=0) + 1e-9)
steps = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
across = [float((signal[:, :, : 64 - s] * signal[:, :, s:]).mean()) for s in steps]
down = [float((signal[:, : 64 - s] * signal[:, s:]).mean()) for s in steps]
fig, ax = axes("distance between two pixels, of 64", "correlation")
ax.plot(steps, across, label="side by side")
ax.plot(steps, down, label="one above the other")
ax.legend()
print(f"Neighbours: {across[1]:.2f}. Half a picture apart: {across[-1]:.2f}.")
show(fig, "How far two pixels go together, against the distance between them.")

# %% [markdown]
# Neighbours say nearly the same, and far pixels hardly anything of each other. When n pixels say the
# same, each with a noise of its own, their mean keeps what they say, and only 1 / √n of the noise
# is left. That is the typical face once more, over pixels instead of photos.
#
# But a square does not know what it covers. Half of it may be cheek, and the other half hair. Could
# the *data* say which pixels belong together? To form groups of things that say the same: that is
# the rest of part two.
#
# ## What to try
#
# - Take noise of 50, and of 200. Where is the best size now?
# - Take `NearestCentroid()`, also of `aiguille.neighbors`, in place of one neighbour. Does it need the
#   reduction as much?
# - Let `picked` take a solid block from the middle of the face in place of pixels from all over.
#
# ## Three questions
#
# ??? question "You average four neighbouring pixels. What becomes of the noise?"
#     - [ ] It is gone. A mean of four is no mean of thousands.
#     - [x] Half of it is left: one over the root of four.
#     - [ ] A quarter is left. It falls with the root of the number, not with the number.
#
# ??? question "Why does picking pixels not help against noise?"
#     - [ ] The wrong ones are picked. On clean photos the same ones do well.
#     - [x] Each that is kept is as noisy as before. Only a mean lets noises cancel.
#     - [ ] Too many are kept. No number of them helps.
#
# ??? question "When would averaging neighbours harm?"
#     - [ ] When there are many pixels. Then there is much to average.
#     - [ ] When the noise is large. Then it helps most.
#     - [x] When what tells people apart is finer than what is averaged. Then it is averaged away.
#
# ## Exercises
#
# - [How many pixels are left](../exercises.md#9): `python -m course check 9`
#
# ## What to take home
#
# - Numbers that say the same can be put together. Then their noise cancels.
# - To pick is not to average, and to average just anything removes the face with the noise.
# - Between too many and too few there is a best size. It depends on the noise.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "reduce the size of the data".
# - The photos: The Database of Faces, AT&T Laboratories Cambridge.
#
# Next page: [Groups of currencies](9-groups-of-currencies.md).
