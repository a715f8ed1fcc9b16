"""Exhibits: figures handed over together, kept in a run, and written as one piece of a page."""

import html
import io
import json
import pickle
import re

import matplotlib
import numpy as np
import pytest
from faineant import Memory
from PIL import Image

from course import figures
from course.exhibits import draw_first, slider, switch
from course.site.cells import read_chapter
from course.site.exhibiting import exhibit, grouped
from course.site.pages import markdown
from course.site.run import Picture, run

CURVE = {"xlabel": "x", "ylabel": "error", "caption": "It falls.", "y_range": (0, 1)}

CHAPTER = """\
# %% [markdown]
# # Exhibits

# %%
from course.exhibits import draw_first, slider, switch
from course.figures import axes, show


def line(height):
    fig, ax = axes("across", "up")
    ax.plot([0, height])
    return fig


show(line(0), "Before.")
slider("height <m>", {"one": line(1), "*two*": line(2)}, "It rises.")
show(line(3), "Between.")
switch("cheat", line(4), line(5), "Too good.")
draw_first("How?", [1, 2, 3], [3, 2, 1], xlabel="x", ylabel="y", caption="So.", y_range=(0, 4))

# %%
show(line(6), "In the next cell.")
"""


@pytest.fixture(autouse=True)
def _on_paper():
    before = matplotlib.get_backend()
    matplotlib.use("agg")
    figures.shown()
    yield
    figures.shown()
    matplotlib.pyplot.close("all")
    matplotlib.use(before)


@pytest.fixture(scope="module")
def chapter(tmp_path_factory):
    file = tmp_path_factory.mktemp("exhibits") / "1-exhibits.py"
    file.write_text(CHAPTER, encoding="utf-8")
    return read_chapter(file)


@pytest.fixture(scope="module")
def cells(chapter, tmp_path_factory):
    memory = Memory(tmp_path_factory.mktemp("memory"), verbose=0)
    fresh = run(chapter, memory, io.StringIO())
    remembered = run(chapter, memory, io.StringIO())
    assert (fresh[1], remembered[1]) == (True, False)
    assert fresh[0] == remembered[0]
    return remembered[0]


def a_figure():
    figure, ax = figures.axes("across", "up")
    ax.plot([0, 1])
    return figure


def test_pictures_of_a_slider_are_figures_like_others_each_with_its_value_in_its_sentence():
    pictures = {"one": a_figure(), "two": a_figure()}
    slider("height", pictures, "It rises.")
    shown = figures.shown()
    assert [one.figure for one in shown] == list(pictures.values())
    assert [one.caption for one in shown] == ["height: one. It rises.", "height: two. It rises."]
    assert [one.exhibit["last"] for one in shown] == [False, True]


def test_a_switch_is_off_first():
    off, on = a_figure(), a_figure()
    switch("cheat", off, on, caption="Too good.")
    assert [(one.figure, one.exhibit["value"]) for one in figures.shown()] == [
        (off, "off"),
        (on, "on"),
    ]


def test_a_curve_to_draw_is_a_figure_of_the_truth():
    draw_first("How?", np.array([1, 10, 100]), np.array([0.9, 0.5, 0.1]), log=True, **CURVE)
    [one] = figures.shown()
    [ax] = one.figure.axes
    assert one.caption == "It falls."
    assert ax.get_xscale() == "log"
    assert ax.get_ylim() == (0, 1)
    assert one.exhibit["draw"]["y"] == [0.9, 0.5, 0.1]
    json.dumps(one.exhibit["draw"], allow_nan=False)


@pytest.mark.parametrize(
    ("x", "y", "more", "says"),
    [
        ([1, 2], [1, 2], {}, "3 or more"),
        ([1, 2, 3], [1, 2], {}, "x has 3 points and y has 2"),
        ([1, 3, 2], [1, 1, 1], {}, "rising order"),
        ([1, 2, 3], [1, float("nan"), 1], {}, "finite"),
        ([0, 1, 2], [1, 1, 1], {"log": True}, "begin above 0"),
        ([1, 2, 3], [1, 1, 1], {"y_range": (1, 0)}, "the lowest value, then the highest"),
    ],
)
def test_a_curve_that_cannot_be_drawn_is_told_in_a_sentence(x, y, more, says):
    with pytest.raises(ValueError, match=says):
        draw_first("How?", x, y, **{**CURVE, **more})
    assert figures.shown() == []


def test_one_picture_is_no_slider():
    with pytest.raises(ValueError, match="has 1 pictures to choose from"):
        slider("height", {"one": a_figure()}, "It stays.")


def test_a_run_keeps_exhibits_in_order_with_ordinary_figures_as_plain_data(cells):
    kinds = [[picture.exhibit.get("kind") for picture in cell.pictures] for cell in cells]
    assert kinds == [[None, "slider", "slider", None, "switch", "switch", "draw"], [None]]
    assert pickle.loads(pickle.dumps(cells)) == cells
    for cell in cells:
        for picture in cell.pictures:
            for file in (picture.light, picture.dark):
                with Image.open(io.BytesIO(file)) as read:
                    assert read.format == "PNG"


def test_pictures_of_one_exhibit_are_grouped_and_ordinary_ones_stand_alone(cells):
    pictures = [picture for cell in cells for picture in cell.pictures]
    groups = [[number for number, _ in group] for group in grouped(enumerate(pictures, start=1))]
    assert groups == [[1], [2, 3], [4], [5, 6], [7], [8]]


def test_a_page_has_each_picture_once_in_each_scheme_in_order(chapter, cells):
    page = markdown(chapter, cells)
    files = re.findall(r"1-exhibits/(\d+(?:-dark)?)\.png", page)
    assert files == [name for number in range(1, 9) for name in (f"{number}", f"{number}-dark")]
    assert page.count('<div class="exhibit"') == 3
    assert page.count("<div") == page.count("</div>")


def test_the_caption_of_an_exhibit_stands_once_and_each_picture_has_its_value(chapter, cells):
    page = markdown(chapter, cells)
    assert page.count("\nIt rises.\n{ .exhibit-caption }") == 1
    captions = re.findall("<figcaption>(.*?)</figcaption>", page)
    assert captions == [
        "Before.",
        "height &lt;m&gt;: one",
        r"height &lt;m&gt;: \*two\*",
        "Between.",
        "cheat: off",
        "cheat: on",
        "How?",
        "In the next cell.",
    ]


def test_what_a_script_reads_survives_signs_of_html():
    facts = {"x": [1, 2, 3], "question": 'Is "a < b" & c?'}
    label = '"<b>" & more'
    told = {"kind": "draw", "label": label, "value": "'x'", "caption": "So.", "draw": facts}
    written = exhibit(["FIGURE"], [Picture(b"", b"", "So.", {**told, "last": True})])
    data = dict(re.findall(r'data-(\w+)="([^"]*)"', written))
    assert html.unescape(data["label"]) == label
    assert html.unescape(data["value"]) == "'x'"
    assert json.loads(html.unescape(data["draw"])) == facts
