"""What exercise 15 expects of parcels."""

import numpy as np

from course.exercises.looking import alike, array, untouched
from course.exercises.speaking import Wrong

CHAPTER = 11
HINTS = (
    "Two parts, in order. parcel_means(): photos[:, labels == parcel] holds the pixels of one "
    "parcel, a row for each photo; each row becomes one number. paint(): pixel after pixel, ask "
    "labels in which parcel it is, and show the number of that parcel.",
    "axis=1 runs along the pixels. To paint: labels[0] is the parcel of pixel 0, so pixel 0 shows "
    "the column labels[0] of means. An array can be indexed by an array.",
    "photos[:, labels == parcel].mean(axis=1), and means[:, labels]",
)
MINE = {}


def check(mine, rng):
    """Summarise new photos by new parcels, and paint them."""
    n_photos, n_parcels = int(rng.integers(3, 6)), int(rng.integers(6, 9))
    sizes = rng.permutation(np.arange(1, n_parcels + 1))
    labels = rng.permutation(np.repeat(np.arange(n_parcels), sizes))
    photos = rng.uniform(0, 255, (n_photos, len(labels)))
    before = photos.copy(), labels.copy()
    members = labels == np.arange(n_parcels)[:, None]
    sums = photos @ members.T
    means = sums / sizes
    found = array(mine.parcel_means(photos, labels), means.shape, "parcel_means()")
    if not alike(found, means):
        raise Wrong(why_not(found, means, sums, photos, members))
    found = array(mine.paint(means.copy(), labels), photos.shape, "paint()")
    if not alike(found, means[:, labels]):
        raise Wrong(why_not_painted(found, means, labels), picture(found, means, labels))
    untouched(before[0], photos, "the photos")
    untouched(before[1], labels, "the labels")


def why_not(found, means, sums, photos, members):
    """Say what the numbers are."""
    parcel = int(members.sum(axis=1).argmax())
    size = int(members[parcel].sum())
    begin = (
        f"Parcel {parcel} has {size} pixels; their mean on photo 0 is {means[0, parcel]:.1f}, and "
        f"yours is {found[0, parcel]:.1f}. "
    )
    if alike(found, sums):
        return begin + (
            "That is their sum. With sums a large parcel would count more than a small one, and "
            "its grey could not be shown."
        )
    over_photos = np.array([photos[:, own].mean() for own in members])
    if alike(found, np.broadcast_to(over_photos, found.shape)):
        return begin + (
            "All photos get the same number: that is the mean over pixels *and* photos. One for "
            "each photo: axis=1."
        )
    if alike(found, sums / photos.shape[1]):
        return begin + (
            f"You divided the sum by all {photos.shape[1]} pixels of the photo, not by the {size} "
            "of the parcel."
        )
    return begin + "Take the pixels of the parcel, and of each photo their mean."


def why_not_painted(found, means, labels):
    """Say what was painted."""
    sizes = np.bincount(labels)
    photo, pixel = np.argwhere(~np.isclose(found, means[:, labels]))[0]
    parcel = labels[pixel]
    begin = (
        f"parcel_means() is right. In paint(), pixel {pixel} is in parcel {parcel}, whose grey is "
        f"{means[photo, parcel]:.1f} on photo {photo}; yours shows {found[photo, pixel]:.1f}. "
    )
    if alike(found, np.repeat(means, sizes, axis=1)):
        return begin + (
            "np.repeat lays the parcels side by side, first all of parcel 0, then all of parcel "
            "1. But the pixels lie as labels says."
        )
    if alike(found, (means / sizes)[:, labels]):
        return begin + "You divided the mean among the pixels. Each of them shows the whole of it."
    if alike(found, np.broadcast_to(means.mean(axis=0)[labels], found.shape)):
        return begin + "All your photos are the same: each should show its own means."
    return begin + "Each pixel shows the column of means that labels names."


def picture(found, means, labels):
    """Show the first pixels."""
    rows = {"parcel": labels, "expected": means[0, labels], "yours": found[0]}
    return "\n".join(
        f"{name:<9}" + " ".join(f"{value:4.0f}" for value in row[:10]) + " ..."
        for name, row in rows.items()
    )
