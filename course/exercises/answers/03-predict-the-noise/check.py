"""What exercise 3 expects: how far a mean of photos is still off."""

from course.exercises.looking import number
from course.exercises.speaking import Wrong

CHAPTER = 2
HINTS = (
    "The noises of two photos do not simply cancel: where one pixel is too bright, the other one "
    "is as often too bright as too dark. So the mean of two is better than one, but not twice as "
    "good.",
    "Noise falls with the square root of the number of photos: four photos, half of the noise.",
    "Divide the noise by the root of 9. And to divide it by 10 you need a number whose root is 10.",
)
MINE = {}


def check(mine, rng):
    """Draw the noise of many pixels, and compare."""
    noise, photos, wanted = mine.NOISE, mine.PHOTOS, mine.WANTED
    left = noise_of_means(noise, photos, rng)
    answer = number(mine.NOISE_LEFT, "NOISE_LEFT")
    if abs(answer - left) > 0.04 * left:
        raise Wrong(why_not(answer, left, noise, photos), picture(noise, photos, rng))
    needed = (noise / wanted) ** 2
    answer = number(mine.PHOTOS_NEEDED, "PHOTOS_NEEDED")
    if abs(answer - needed) > 0.04 * needed:
        raise Wrong(
            why_not_so_many(answer, needed, noise, wanted, rng),
            picture(noise, max(1, round(answer)), rng) if answer < 2000 else "",
        )


def noise_of_means(noise, photos, rng):
    """Measure by how much the mean of some noisy pixels is off."""
    off = rng.normal(0, noise, (200_000 // photos + 2000, photos)).mean(axis=1)
    return float(off.std())


def why_not(answer, left, noise, photos):
    """Say why people think so."""
    if abs(answer - noise / photos) < 0.02 * noise / photos:
        return (
            f"NOISE_LEFT = {answer:.3g} is too low. You divided by the number of photos: that "
            "would be right if the noises of two photos cancelled. But as often as not both "
            f"are too bright, and add up. Of {photos} photos, more of the noise is left."
        )
    if answer >= 0.98 * noise:
        return (
            f"NOISE_LEFT = {answer:.3g} is too high: so noisy is a single photo. In a mean the "
            "bright errors of some photos meet the dark errors of others, and part of it goes."
        )
    if answer == 0:
        return (
            "NOISE_LEFT = 0 is too low. Only a mean of endlessly many photos has no noise at all."
        )
    if abs(answer - noise / 2) < 0.01 * noise:
        return f"NOISE_LEFT = {answer:.3g} is half of the noise: that is what four photos give."
    size = "high" if answer > left else "low"
    return (
        f"NOISE_LEFT = {answer:.3g} is too {size}. The question is by which factor the mean of "
        f"{photos} photos divides the noise of {noise:.3g} grey levels: it is less than {photos}."
    )


def why_not_so_many(answer, needed, noise, wanted, rng):
    """Say what that many photos would give."""
    begin = f"NOISE_LEFT is right. PHOTOS_NEEDED = {answer:.6g} is too "
    begin += "high: " if answer > needed else "low: "
    if answer >= 1 and answer < 2000:
        left = noise_of_means(noise, round(answer), rng)
        begin += f"with so many, a pixel is still off by {left:.1f} levels. "
    times = noise / wanted
    if abs(answer - times) < 0.02 * times:
        return begin + (
            f"A noise {times:.3g} times smaller needs more than {times:.3g} times the photos. "
            "What is true of the first question is true here, read backwards."
        )
    return begin + f"You want the noise to fall from {noise:.3g} to {wanted:.3g}."


def picture(noise, photos, rng):
    """Draw how far off eight pixels are, in one photo and in the mean."""
    off = rng.normal(0, noise, (photos, 8))
    one = " ".join(f"{level:+5.0f}" for level in off[0])
    mean = " ".join(f"{level:+5.0f}" for level in off.mean(axis=0))
    title = "eight pixels, by how many levels they are off"
    return f"{title}\none photo       {one}\nmean of {photos:<7} {mean}"
