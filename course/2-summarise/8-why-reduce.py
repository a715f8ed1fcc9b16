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
# Below is one photo four times: as it is, in noise of 100 grey levels, and the noisy one with fewer
# pixels. Which of the noisy ones would you rather name?

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
clean = data.resized(faces.images, 64, 64).astype(np.float32)
noisy = with_noise(clean, 100)

# %%
titles = ["as it is", "noise 100", "16 x 16", "8 x 8"]
small = [data.resized(noisy[:1], side, side)[0] for side in (16, 8)]
show(face_grid([clean[0], noisy[0], *small], titles, columns=4),
     "A photo: as it is, in noise, and the noisy one averaged to fewer pixels.")  # fmt: skip

# %% [markdown]
# ## The simple idea: keep everything
#
# More numbers cannot harm: a good method will look at those that matter. What it gets right: what
# is thrown away cannot come back. Where it breaks: a distance adds up **all** pixels. Each brings
# a little of the face, and a whole lot of noise.
#
# **The misconception: more data is more information.** Information is what tells people apart. The
# rest is hay.
#
# So let us reduce. In squares: each new pixel is the mean of those that it replaces. And, to see
# whether it is the averaging that helps, at random: so many pixels are picked, and all others
# forgotten.


# %%
@memory.cache
def error(images, names, folds):
    """Find the error of one neighbour."""
    cv = StratifiedKFold(folds, shuffle=True, random_state=0)
    rows = images.reshape(len(images), -1)
    return 1 - cross_val_score(KNeighborsClassifier(1), rows, names, cv=cv).mean()


def squares(images, side):
    return data.resized(images, side, side)


def picked(images, side):
    chosen = np.random.default_rng(0).permutation(64 * 64)[: side**2]
    return images.reshape(len(images), -1)[:, chosen]


# %%
sides = [3, 4, 6, 8, 12, 16, 24, 32, 64]
found = {
    (photos, way.__name__): [error(way(images, s), faces.names, faces.folds) for s in sides]
    for photos, images in (("clean", clean), ("noisy", noisy))
    for way in (squares, picked)
}
pixels = [side**2 for side in sides]
draw_first(
    "Noisy photos, averaged in squares to fewer and fewer pixels. Draw the error.",
    pixels, found["noisy", "squares"], log=True, percent=True, y_range=(0, 1),
    xlabel="pixels kept", ylabel="error of one neighbour",
    caption="With noise there is a best size: fewer pixels than all, more than a handful.",
)  # fmt: skip

# %%
fig, both = axes("pixels kept", "error", rows=2, height=3, percent="y")
for ax, photos in zip(both, ("clean", "noisy"), strict=True):
    for way, word in (("squares", "averaged in squares"), ("picked", "picked at random")):
        ax.semilogx(pixels, found[photos, way], label=word)
        best = int(np.argmin(found[photos, way]))
        print(f"{photos}, {word}: {found[photos, way][best]:.1%} errors with {pixels[best]} pixels, "
              f"{found[photos, way][-1]:.1%} with all.")  # fmt: skip
    ax.set_title(photos)
    ax.set_ylim(0, 1)
both[0].legend()
show(fig, "Error against the number of pixels kept, averaged or picked, without noise and with it.")

# %% [markdown]
# Without noise, the upper drawing: some hundred pixels do as well as all. It hardly matters whether
# they are averaged or picked. Nearly all pixels repeat what others say: that is called
# *redundant*.
#
# With noise, the lower one: averaging has a best size, and there the errors are a fraction of what
# they are with all pixels. Picking does not help at all. It throws away signal and noise alike.
# Averaging throws away noise.
#
# ## Why neighbours are worth averaging
#
# A mean is worth something if those who come together say the same, each with a noise of its own.
# Do neighbouring pixels say the same? Let us ask how far two pixels go together, over all photos,
# against the distance between them.

# %%
signal = clean.reshape(len(clean), -1) - clean.reshape(len(clean), -1).mean(axis=0)
signal = (signal / signal.std(axis=0)).reshape(clean.shape)
steps = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
across = [float((signal[:, :, : 64 - s] * signal[:, :, s:]).mean()) for s in steps]
down = [float((signal[:, : 64 - s] * signal[:, s:]).mean()) for s in steps]
fig, ax = axes("distance between two pixels (pixels of 64)", "correlation")
ax.plot(steps, across, label="beside each other")
ax.plot(steps, down, label="above each other")
ax.legend()
print(f"Neighbours: {across[1]:.2f}. Half a picture apart: {across[-1]:.2f}.")
show(fig, "How far two pixels go together, against the distance between them.")

# %%
views = {}
for side in (4, 8, 16, 32, 64):
    three = [squares(images[:1], side)[0] for images in (clean, noisy)]
    views[f"{side**2}"] = face_grid(three, ["clean", "noisy"], columns=4)
slider("pixels", views, "The same photo with more and more pixels, clean and noisy.")

# %% [markdown]
# Neighbours go together nearly perfectly, and far pixels hardly. So squares of neighbours are a good
# first choice. But a square does not know what it covers: half a square may be cheek, and the
# other half hair. Could the *data* say which pixels belong together? That is the rest of part two.
#
# ## What to try
#
# - Noise of 50 and of 200: where is the best size now?
# - Average pixels that are **far** from each other: shuffle the columns before you reduce.
# - Take typical faces in place of one neighbour. Do they need the reduction as much?
#
# ## Three questions
#
# ??? question "You average four neighbouring pixels. What becomes of the noise?"
#     - [ ] It goes away. Some of it stays: a mean of four is no mean of all.
#     - [x] Half of it is left.
#     - [ ] A quarter is left. Noise falls with the root of the number.
#
# ??? question "Why does picking pixels not help against noise?"
#     - [ ] The wrong ones are picked. On clean photos they do very well.
#     - [x] Each pixel that is kept is as noisy as before.
#     - [ ] It keeps too many. It does not help with any number.
#
# ??? question "When would averaging neighbours harm?"
#     - [ ] When there are many pixels. Then there is much to average.
#     - [ ] When the noise is large. Then it helps most.
#     - [x] When what matters is finer than what is averaged.
#
# ## Exercises
#
# - [How many pixels?](../exercises.md#9): `python -m course check 9`
#
# ## What to take home
#
# - Numbers that say the same can be put together. Then their noise cancels.
# - To pick is not to average.
# - Between too many and too few there is a best size, and it depends on the noise.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "reduce the size of the data".
# - The photos: The Database of Faces, AT&T Laboratories Cambridge.
#
# Next page: [Groups of currencies](9-groups-of-currencies.md).
