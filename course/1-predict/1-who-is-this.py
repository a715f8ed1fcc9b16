# %% [markdown]
# # Who is this?
#
# After this page you can teach a computer to name faces with nothing but means and distances, say
# how often it is wrong, and show where its idea breaks.
#
# Four people with names, and a fifth photo without one. You do not know them, and yet you will know
# the answer in a second. How would you tell a computer to find it?

# %%
import numpy as np
from aiguille.metrics import pairwise_distances
from aiguille.neighbors import NearestCentroid

from course import data
from course.figures import face_grid, show

# %%
faces = data.faces()
four = faces.people[:4]
aliases = ["André", "Bernard", "Charles", "Didier"]
names = aliases if "AT&T" in faces.title else [str(name) for name in four]
portraits = [faces.images[faces.names == person][0] for person in four]
unknown = faces.images[faces.names == four[3]][-1]
show(
    face_grid([*portraits, unknown], [*names, "?"]),
    "Four portraits with names, and a fifth with a question mark.",
)

# %% [markdown]
# The AT&T faces came with numbers instead of names. There we lend the first four the names of the
# talk. The photos are real.
#
# ## The naive method
#
# The talk proposes two steps (G. Varoquaux, PyCon FR 2010, our translation):
#
# 1. Estimate *typical* faces from known photos.
# 2. Given a new photo, find the typical face that looks most like it.
#
# A typical face can be very simple: take the known photos of a person, and for each pixel the mean
# of its grey levels. And "looks like" can be simple too: put both pictures on top of each other
# and see by how many grey levels they differ, over all pixels. This is their **distance**. The
# smallest distance wins.
#
# The known photos, the ones with names, are called the **training set**. Here they are the first
# half of each person's photos. The rest are put aside: the computer must not see them until it is
# tested.

# %%
known = faces.position < faces.fewest // 2
typical = [faces.images[known & (faces.names == person)].mean(axis=0) for person in four]
distances = [np.sqrt(np.mean((face - unknown) ** 2)) for face in typical]
titles = [f"{name}\n{d:.0f} levels off" for name, d in zip(names, distances, strict=True)]
show(
    face_grid([*typical, unknown], [*titles, "?"]),
    "Four typical faces, each with its distance to the photo with the question mark.",
)
best = int(np.argmin(distances))
print(f"The nearest typical face is that of {names[best]}, {distances[best]:.0f} levels off.")
print(f"That is {'right' if best == 3 else 'wrong: it was ' + names[3]}.")

# %% [markdown]
# Look at the typical faces. They are blurred: what changes from photo to photo, a smile, a turn of
# the head, is averaged away. What stays is what the photos of one person share. That is what we
# want, and it costs almost nothing: a mean for each person, a distance for each mean. But the mean
# also makes things that are on no photo. Didier wears glasses on some of the known photos, so his
# typical face has half glasses.
#
# In a formula, the distance in a title is √ ( Σ (aᵢ − bᵢ)² / n ), over all n pixels i of the
# pictures a and b. Squares, so that more and less count alike, and a large difference counts more.
#
# ## Everybody
#
# One right answer is an anecdote. So let us name *all* photos that were put aside, and count. The
# method is called *nearest centroid* (a centroid is a mean). Like every method in our library it
# has two verbs: `fit` learns from photos and names, `predict` names new photos.

# %%
train, test = faces.pixels[known], faces.pixels[~known]
recogniser = NearestCentroid().fit(train, faces.names[known])
guesses = recogniser.predict(test)
error = np.mean(guesses != faces.names[~known])
print(f"On {faces.title}, {len(test)} unseen photos of {len(faces.people)} people:")
print(f"the error rate of typical faces is {error:.1%}; that of chance {faces.chance:.1%}.")

# %% [markdown]
# The **error rate** is the share of wrong names. Beside it stands the error rate of somebody who
# never looks, and always says the most frequent name: `faces.chance`. Always look at both. An error
# of 40% is awful with two people and splendid with a thousand.
#
# On the AT&T faces about one name in six is wrong. For an idea of two lines, that is a lot of
# right names. And not one of these photos had been seen before.
#
# ## Where it breaks
#
# The wrong answers teach more than the right ones. For each unseen photo, compare its distance to
# the person's own typical face with its distance to the nearest stranger's. Here are the five
# people with whom a stranger does best, each with the photo on which that is worst.

# %%
to_each = pairwise_distances(test, recogniser.centroids_)
own = recogniser.classes_ == faces.names[~known][:, np.newaxis]
strangers = np.where(own, np.inf, to_each)
order = np.argsort(strangers.min(axis=1) - to_each[own])
_, worst = np.unique(faces.names[~known][order], return_index=True)  # one photo a person
hardest = order[np.sort(worst)[:5]]
means = recogniser.centroids_
rows = [test[hardest], means[strangers[hardest].argmin(axis=1)], means[own[hardest].argmax(axis=1)]]
pictures = np.concatenate(rows).reshape(-1, *faces.images.shape[1:])
titles = [row for row in ("unseen", "a stranger", "their own") for _ in hardest]
below = "the typical face of the nearest stranger, and their own"
show(face_grid(pictures, titles, len(hardest)), f"Hard photos of {len(hardest)} people; {below}.")

# %% [markdown]
# Two things go wrong here.
#
# - **Pixels do not know what they show.** When a head turns, or comes nearer, each pixel shows
#   another part of the face. The distance sees only that grey levels differ, and hair and
#   background count as much as eyes.
# - **A mean has one opinion.** Among the AT&T faces, the man in the fourth column wears glasses on
#   some of the known photos. So he has half glasses on his typical face, and none on the unseen
#   photo.
#
# We could drop the mean, keep all known photos, and take the name of the nearest one: one *nearest
# neighbour* instead of a typical face. The next page does both, and lets them fight. You may be
# surprised who wins, and when.
#
# ## What to take home
#
# - A typical face is a mean; to name a new photo, take the nearest one. That is a first
#   *classifier*: `fit` on known photos, `predict` on new ones.
# - An error rate is honest only on photos that were put aside, and means something only beside
#   chance.
# - Look at the mistakes. Here they say: turning the head moves more pixels than being
#   somebody else does.
#
# Next page: [A haystack](2-a-haystack.md). How little of a photo tells who it is.
