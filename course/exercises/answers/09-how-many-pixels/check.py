"""What exercise 9 expects: the noise of a photo that was made smaller."""

import numpy as np

from course.exercises.looking import number
from course.exercises.speaking import Wrong

CHAPTER = 8
HINTS = (
    "A block of SIDE x SIDE pixels is a mean of so many numbers. Exercise 3 says what a mean of "
    "many does to the noise.",
    "The noise falls with the root of the number of pixels in a block, and the root of "
    "SIDE x SIDE is ...",
    "80 levels to 20: four times less, so blocks of 16 pixels, 4 x 4. Then there are 112 / 4 "
    "rows and 96 / 4 columns.",
)
MINE = {}


def check(mine, rng):
    """Make noise smaller by blocks of each size, and compare."""
    shape, noise, wanted = (mine.HEIGHT, mine.WIDTH), mine.NOISE, mine.WANTED
    side = number(mine.SIDE, "SIDE")
    if side != int(side) or not 1 <= side <= min(shape):
        raise Wrong(f"SIDE = {side:g}: a whole number of pixels from 1 to {min(shape)}, please.")
    left = {n: noise_left(shape, noise, n, rng) for n in {1, int(side)}}
    if abs(left[int(side)] - wanted) > 0.1 * wanted:
        raise Wrong(why_not(int(side), left, noise, wanted), table(left))
    expected = (shape[0] // int(side)) * (shape[1] // int(side))
    pixels = number(mine.PIXELS_LEFT, "PIXELS_LEFT")
    if pixels != expected:
        raise Wrong("SIDE is right. " + why_not_left(pixels, expected, shape, int(side)))


def noise_left(shape, noise, side, rng):
    """Measure the noise of means of blocks, over some photos."""
    rows, columns = shape[0] // side, shape[1] // side
    n_photos = max(2, 4 * side * side // 10)
    off = rng.normal(0, noise, (n_photos, rows * side, columns * side))
    return float(off.reshape(n_photos, rows, side, columns, side).mean(axis=(2, 4)).std())


def why_not(side, left, noise, wanted):
    """Say what blocks of that size leave, and why people say so."""
    size = "large" if left[side] < wanted else "small"
    begin = f"SIDE = {side} is too {size}: {left[side]:.1f} grey levels of the noise remain. "
    times = noise / wanted
    if side == round(times**2):
        return begin + (
            f"You want the mean of {side} pixels. But a block of {side} x {side} has "
            f"{side * side} of them: it is square, so a shorter side will do."
        )
    if side == round(times**0.5):
        return begin + (
            f"That is a block of {side * side} pixels, as if the noise fell with their number. "
            "It falls with the root of their number only."
        )
    return begin + f"The noise is to fall {times:g} times, from {noise:g} to {wanted:g}."


def why_not_left(pixels, expected, shape, side):
    """Say which division was forgotten."""
    begin = f"PIXELS_LEFT = {pixels:g} is too {'high' if pixels > expected else 'low'}. "
    if pixels == shape[0] * shape[1] // side:
        return begin + (
            f"You divided all pixels by {side}. The photo shrinks {side} times in height *and* "
            f"{side} times in width."
        )
    if pixels == shape[0] * shape[1]:
        return begin + "That is how many pixels the large photo has."
    if pixels == side * side:
        return begin + "That is how many pixels a block has. How many blocks are there?"
    return begin + f"How many blocks of {side} x {side} fit into {shape[0]} x {shape[1]} pixels?"


def table(left):
    """Show what each size of blocks leaves of the noise."""
    lines = [f"blocks of {n:>3} x {n:<3}  noise {level:5.1f}" for n, level in sorted(left.items())]
    return "\n".join(lines)
