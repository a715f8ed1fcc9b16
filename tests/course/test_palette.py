"""Pictures in 256 colours look as they did, and take fewer bytes."""

import io

import numpy as np
import pytest
from PIL import Image

from course.site.palette import few_colours

GROUNDS = (255, 33)


def rgba(picture):
    return np.asarray(picture.convert("RGBA")).astype(float)


def largest_change(one, other):
    """Tell by how many grey levels two pictures differ, on a light page or on a dark one."""
    seen = []
    for pixels in (rgba(one), rgba(other)):
        alpha = pixels[..., 3:] / 255
        seen.append([pixels[..., :3] * alpha + ground * (1 - alpha) for ground in GROUNDS])
    return np.abs(np.subtract(*seen)).max()


def size(picture):
    picture.save(file := io.BytesIO(), "PNG", optimize=True)
    return len(file.getvalue())


def photo(seed=0):
    """All greys, as a photo has them, with letters on clear ground above."""
    greys = np.random.default_rng(seed).integers(0, 256, (200, 300))
    pixels = np.repeat(greys[..., None], 4, axis=2)
    pixels[..., 3] = 255
    pixels[:40] = [31, 35, 40, 0]
    pixels[10:30, :256, 3] = np.arange(256)
    return Image.fromarray(pixels.astype(np.uint8))


def test_a_picture_of_at_most_256_colours_loses_nothing():
    picture = photo().crop((0, 40, 300, 200))
    few = few_colours(picture)
    assert few.mode == "P"
    assert largest_change(picture, few) == 0
    assert size(few) < size(picture)


def test_greys_of_a_photo_and_edges_of_its_letters_change_by_less_than_one_sees():
    picture = photo()
    few = few_colours(picture)
    assert few.mode == "P"
    assert largest_change(picture, few) <= 3
    assert size(few) < size(picture)


def test_what_is_clear_stays_clear_through_a_file():
    few_colours(photo()).save(file := io.BytesIO(), "PNG", optimize=True)
    with Image.open(file) as read:
        assert (rgba(read)[:10, :, 3] == 0).all()
        assert (rgba(read)[40:, :, 3] == 255).all()


def test_a_picture_of_too_many_colours_stays_as_it_is():
    colours = np.random.default_rng(0).integers(0, 256, (100, 100, 4)).astype(np.uint8)
    picture = Image.fromarray(colours)
    assert few_colours(picture) is picture


@pytest.mark.parametrize("colour", [(1, 2, 3, 255), (9, 9, 9, 0)])
def test_one_colour_is_enough(colour):
    picture = Image.new("RGBA", (3, 2), colour)
    assert largest_change(few_colours(picture), picture) == 0
    assert few_colours(picture).size == (3, 2)
