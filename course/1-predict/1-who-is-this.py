# %% [markdown]
# # Who is this?
#
# After this page you can teach a computer to name faces with nothing but means and distances, say
# how often it is wrong, and show where its idea breaks.
#
# ## A question with a real picture
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
# ## The simple idea
#
# The talk proposes two steps (our translation):
#
# 1. Estimate typical faces from known photos.
# 2. Given a new photo, find the typical face that looks most like it.
#
# A *typical face* can be very simple: take the known photos of a person, and for each pixel the
# mean of its grey levels. And "looks like" can be simple too: put both pictures on top of each
# other and see by how many grey levels they differ, over all pixels. This is their **distance**.
# The smallest distance wins.
#
# The known photos, the ones with names, are called the *training set*. Here they are the first
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
# One right answer is an anecdote. So let us name all photos that were put aside, and count. The
# method is called `NearestCentroid` (a centroid is a mean). Like every method in our library it
# has two verbs: `fit` learns from photos and names, `predict` names new photos.
#
# ??? guess "Of 100 photos that were put aside, how many get a wrong name?"
#     - About 2. The first try was right, and the typical faces look like their people.
#     - About 15. The blur has thrown away much, but perhaps not who it is.
#     - About 50. A mean and a distance: what can such a simple thing know of faces?
#     - Nearly all. There are many people to be confused with.

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
# What the idea gets right: it needs a minute of thinking, no settings, and hardly any time.
#
# ## Where it breaks
#
# The wrong answers teach more than the right ones. For each unseen photo, compare its distance to
# the person's own typical face with its distance to the nearest stranger's. Here are the five
# people for whom this comes out worst, each on their hardest photo.

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
# **The misconception: a small distance means that the faces are alike.** It means that the pixels
# are alike, and that is something else. Two things go wrong here.
#
# - **Pixels do not know what they show.** When a head turns, or comes nearer, each pixel shows
#   another part of the face. The distance sees only that grey levels differ, and hair and
#   background count as much as eyes.
# - **A mean has one opinion.** Among the AT&T faces, the man in the fourth column wears glasses on
#   some of the known photos. So he has half glasses on his typical face, and none on the unseen
#   photo.
#
# ## A better idea?
#
# We could drop the mean, keep all known photos, and take the name of the nearest one: one nearest
# neighbour instead of a typical face. It has many opinions where the mean has one. The next page
# does both, and lets them fight. You may be surprised who wins, and when.
#
# ## What to try
#
# - Take the median instead of the mean (`np.median`) for the four typical faces. Are Didier's
#   glasses still half there?
# - Know fewer photos: `known = faces.position < 2`. What happens to the error?
# - In the last box, measure with `pairwise_distances(test, recogniser.centroids_, "manhattan")`,
#   which adds up plain differences. Are the same photos hard?
#
# ## Three questions
#
# ??? question "Somebody grew a beard since the known photos. What does the distance do?"
#     - [ ] It ignores the beard. It cannot: it adds up every pixel, and a beard has many.
#     - [x] It grows, perhaps beyond that to a bearded stranger. A beard is many pixels.
#     - [ ] It stays, because eyes count most. To a distance all pixels count alike.
#
# ??? question "Why must the computer not see the test photos while it learns?"
#     - [ ] It would take too long. A few more photos in a mean cost nothing.
#     - [x] Otherwise we would measure what it remembers. We want to know what it does with new
#       photos.
#     - [ ] They have no names. They have: else we could not count the wrong ones.
#
# ??? question "When is a person's typical face a poor one?"
#     - [ ] When the photos are all alike. Then the mean is like each of them.
#     - [x] When the photos are of two kinds, with and without glasses. The mean lies between, like
#       none of them.
#     - [ ] When there are many photos. More photos make the mean more certain.
#
# ## Exercises
#
# - [Nearest mean](../exercises.md#2): `python -m course check 2`
#
# ## What to take home
#
# - A typical face is a mean; to name a new photo, take the nearest one: `fit` on known photos,
#   `predict` on new ones.
# - An error rate is honest only on photos that were put aside, and means something only beside
#   chance.
# - Look at the mistakes. Here they say: turning the head moves more pixels than being
#   somebody else does.
#
# ## Sources
#
# - G. Varoquaux, *Aiguille et botte de foin*, PyCon FR 2010: "Reconnaissance de visage".
# - R. Tibshirani, T. Hastie, B. Narasimhan & G. Chu (2002), "Diagnosis of multiple cancer types by
#   shrunken centroids of gene expression", *PNAS* 99(10): nearest means at work elsewhere.
#
# Next page: [A haystack](2-a-haystack.md). How little of a photo tells who it is.
