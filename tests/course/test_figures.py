"""Figures: handed over once, written twice, legible on a light page and on a dark one."""

import os
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from course import figures

WHITE, SLATE = "#ffffff", "#1e2129"


@pytest.fixture(autouse=True)
def _on_paper():
    before = matplotlib.get_backend()
    matplotlib.use("agg")
    figures.shown()
    yield
    figures.shown()
    matplotlib.pyplot.close("all")
    matplotlib.use(before)


def luminance(colour):
    levels = np.array(to_rgb(colour))
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """Give the contrast of two colours as the web's rules for accessibility define it."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def a_line():
    fig, ax = figures.axes("across", "up", percent="y")
    ax.plot([0, 1], [0.0, 0.5], label="a line")
    ax.legend()
    return fig


def ink(path):
    """Give the colours of all pixels that are not transparent, shape (n, 3)."""
    pixels = np.asarray(Image.open(path).convert("RGBA")).reshape(-1, 4)
    return pixels[pixels[:, 3] > 250][:, :3].astype(int)


def has(path, colour):
    wanted = np.rint(255 * np.array(to_rgb(colour)))
    return (np.abs(ink(path) - wanted).max(axis=1) <= 1).any()


@pytest.mark.parametrize("colour", [*figures.COLOURS, figures.GREY])
@pytest.mark.parametrize("page", [WHITE, SLATE])
def test_colours_of_the_data_stand_out_on_both_pages(colour, page):
    assert contrast(colour, page) > 3.0


@pytest.mark.parametrize(("inks", "page"), [(figures.LIGHT, WHITE), (figures.DARK, SLATE)])
def test_text_stands_out_on_its_page(inks, page):
    text, lesser, _ = inks
    assert contrast(text, page) > 7.0
    assert contrast(lesser, page) > 4.5


def test_figures_shown_are_given_once_in_their_order():
    first, second = a_line(), a_line()
    figures.show(first, "First.")
    figures.show(second, "Second.")
    shown = [(one.figure, one.caption) for one in figures.shown()]
    assert shown == [(first, "First."), (second, "Second.")]
    assert figures.shown() == []


def test_on_paper_nothing_opens_and_nothing_stays_open():
    figures.show(a_line(), "A line.")  # pyplot.show would warn here, and warnings are errors
    assert matplotlib.pyplot.get_fignums() == []


def test_a_figure_is_written_for_a_light_page_and_for_a_dark_one(tmp_path):
    light, dark = figures.save_both(a_line(), tmp_path / "new" / "1")
    assert light == tmp_path / "new" / "1.png"
    assert dark == tmp_path / "new" / "1-dark.png"
    assert has(light, figures.LIGHT[0])
    assert not has(light, figures.DARK[0])
    assert has(dark, figures.DARK[0])
    assert not has(dark, figures.LIGHT[0])
    assert has(light, figures.COLOURS[0])
    assert has(dark, figures.COLOURS[0])


def test_the_ground_is_transparent(tmp_path):
    for path in figures.save_both(a_line(), tmp_path / "1"):
        assert np.asarray(Image.open(path).convert("RGBA"))[0, 0, 3] == 0


def test_a_figure_is_left_as_it_was(tmp_path):
    fig = a_line()
    first = [path.read_bytes() for path in figures.save_both(fig, tmp_path / "1")]
    assert [path.read_bytes() for path in figures.save_both(fig, tmp_path / "2")] == first


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.bars(["a", "b"], {"x": [0.1, 0.2], "y": [0.0, 1.0]}, chance=0.9),
        lambda: figures.part_maps({"m": np.eye(3, dtype=int)}, ["p", "q"], "across", "down"),
        lambda: figures.face_grid([np.zeros((5, 4))] * 2, ["one", "two"]),
        a_line,
    ],
    ids=["bars", "part_maps", "face_grid", "axes"],
)
def test_every_text_is_large_enough_and_turns_light_on_a_dark_page(draw):
    fig = figures.recolour(draw(), dark=True)
    fig.canvas.draw()
    texts = [t for t in fig.findobj(matplotlib.text.Text) if t.get_text() and t.get_visible()]
    assert len(texts) > 1
    for text in texts:
        assert text.get_fontsize() >= 10, text.get_text()
        assert contrast(text.get_color(), SLATE) > 4.5, text.get_text()


def test_a_grid_of_faces_shows_each_with_its_title():
    pictures = [np.full((8, 6), 10.0 * i) for i in range(7)]
    fig = figures.face_grid(pictures, [f"nr {i}" for i in range(7)], columns=5)
    shown = [ax for ax in fig.axes if ax.images]
    assert [ax.get_title() for ax in shown] == [f"nr {i}" for i in range(7)]
    for ax, expected in zip(shown, pictures, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), expected)
    assert fig.get_figwidth() == 7.0


def test_a_wall_of_faces_keeps_rows_and_leaves_out_what_does_not_fill_one():
    pictures = np.arange(7)[:, None, None] * np.ones((7, 2, 2))
    wall = figures.face_wall(pictures, columns=3).axes[0].images[0].get_array()
    np.testing.assert_array_equal(wall[::2, ::2], [[0, 1, 2], [3, 4, 5]])


def test_bars_carry_their_numbers():
    fig = figures.bars(["a", "b"], {"x": [0.125, 0.2], "y": [0.0, 1.0]})
    assert {t.get_text() for t in fig.axes[0].texts} == {"12.5%", "20.0%", "0.0%", "100.0%"}


def test_a_chapter_run_as_a_script_without_a_screen_says_nothing_about_it(tmp_path):
    script = tmp_path / "chapter.py"
    script.write_text(
        "from course.figures import axes, show\nfig, ax = axes()\nshow(fig, 'Nothing.')\n"
    )
    said = subprocess.run(
        [sys.executable, "-W", "error", script],
        capture_output=True,
        text=True,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
