"""Pages that answer, in a real browser: one chapter of our own, opened from disk."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from faineant import Memory

from course.site.cells import read_chapter
from course.site.pages import OWN_FILES, build_site, markdown
from course.site.run import run, save_pictures

ROOT = Path(__file__).resolve().parents[2]
PAGE = "1-predict/1-answers.html"

CHAPTER = """\
# %% [markdown]
# # Answers
#
# After this page you can ask.
#
# ??? guess "How many of 100 photos get a *wrong* name?"
#     - About 1. You hope so.
#     - About 6. The talk says less.
#     - About 90. That would be chance, as `random.choice(names)` has it.

# %%
import numpy as np

from course.exhibits import draw_first, slider, switch
from course.figures import axes, show


def curve(power):
    fig, ax = axes("noise (grey levels)", "error", percent="y")
    ax.plot([0, 1, 2, 3], np.linspace(0, 1, 4) ** power)
    return fig


show(curve(1), "An ordinary figure.")
print("6 of 100 photos get a wrong name.")

# %% [markdown]
# ## Look

# %%
pictures = {str(power): curve(power) for power in (1, 2, 3)}
slider("the power of the noise", pictures, "It bends more and more.")

# %%
switch("cheat: look at the test photos", curve(1), curve(4), "The error is *too* good.")

# %%
draw_first(
    "How does the error fall with the number of pixels?",
    [10, 100, 1000, 10304],
    [0.8, 0.4, 0.1, 0.05],
    xlabel="number of pixels that are kept",
    ylabel="error",
    caption="It falls, and then it stays.",
    y_range=(0, 1),
    log=True,
    percent=True,
)

# %% [markdown]
# So it falls like a stone.
#
# ## Three questions
#
# ??? question "You double the photos. What happens to the noise?"
#     - [ ] It halves. Noise falls with the root.
#     - [x] It falls to 71 %. That is `1 / sqrt(2)`.
#     - [ ] It stays.
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of one chapter, with the course's own settings."""
    root = tmp_path_factory.mktemp("answers")
    pages = root / "pages"
    file = root / "course" / "1-predict" / "1-answers.py"
    file.parent.mkdir(parents=True)
    file.write_text(CHAPTER, encoding="utf-8")
    chapter = read_chapter(file)
    cells, _ = run(chapter, Memory(root / "memory", verbose=0))
    save_pictures(cells, pages / "1-predict" / "1-answers")
    (pages / "1-predict" / "1-answers.md").write_text(markdown(chapter, cells), encoding="utf-8")
    (pages / "1-predict" / "1-answers.py").write_text(CHAPTER, encoding="utf-8")
    (pages / "index.md").write_text("# Home\n", encoding="utf-8")
    for name in OWN_FILES:
        (pages / name).write_bytes((ROOT / "course" / "site" / name).read_bytes())
    settings = root / "mkdocs.yml"
    settings.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: pages\nsite_dir: site\nwatch: []\n"
        f"hooks: ['{ROOT / 'course' / 'site' / 'hooks.py'}']\n"
        "nav:\n  - Home: index.md\n  - To predict: 1-predict/\n",
        encoding="utf-8",
    )
    build_site(settings)
    return root / "site"


@pytest.fixture(scope="module")
def address(site):
    return site.as_uri()


@pytest.fixture
def answers(browser, address):
    """Open the page in a window: ``answers(width=360, color_scheme="dark")``."""
    contexts, wrong = [], []

    def opened(width=1280, **how):
        context = browser.new_context(viewport={"width": width, "height": 800}, **how)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.goto(f"{address}/{PAGE}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


WINDOWS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]


def tab_to(page, element):
    """Press Tab until the focus is there."""
    for _ in range(100):
        if element.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {element}")


def test_the_answer_of_a_guess_waits_for_a_choice_and_focus_stays_there(answers):
    page = answers()
    guess, truth = (
        page.locator(".ask[data-kind=guess]"),
        page.locator(".ask-truth").first,
    )
    assert not truth.is_visible()
    assert not guess.get_by_text("You hope so.").is_visible()
    first = guess.get_by_role("radio").first
    tab_to(page, first)
    page.keyboard.press("Space")
    assert truth.is_visible()
    assert truth.get_by_text("6 of 100 photos").is_visible()
    assert truth.get_by_role("img", name="An ordinary figure.").is_visible()
    assert "You hope so." in guess.get_by_role("status").inner_text()
    page.keyboard.press("ArrowDown")
    assert guess.get_by_role("radio").nth(1).is_checked()
    assert "The talk says less." in guess.get_by_role("status").inner_text()


def test_who_has_no_guess_is_shown_the_answer_and_goes_on_there(answers):
    page = answers()
    truth = page.locator(".ask-truth").first
    tab_to(page, page.get_by_role("button", name="Show me"))
    page.keyboard.press("Enter")
    assert truth.is_visible()
    assert truth.evaluate("one => one === document.activeElement")
    assert truth.evaluate("one => one.getBoundingClientRect().top < innerHeight")
    assert not page.get_by_role("button", name="Show me").is_visible()


def test_a_question_says_after_each_choice_whether_it_is_right_and_why(answers):
    page = answers()
    question = page.get_by_role("group", name="You double the photos.")
    said = page.locator(".ask[data-kind=question]").get_by_role("status")
    tab_to(page, question.get_by_role("radio").first)
    page.keyboard.press("Space")
    assert said.inner_text() == "Not quite. Noise falls with the root."
    page.keyboard.press("ArrowDown")
    assert said.inner_text() == "Right. That is 1 / sqrt(2)."
    assert said.locator("code").inner_text() == "1 / sqrt(2)"
    page.keyboard.press("ArrowDown")
    assert said.inner_text() == "Not quite."


def test_a_slider_shows_one_picture_at_a_time_and_names_it(answers):
    page = answers()
    slider = page.get_by_role("slider", name="the power of the noise")
    exhibit = page.locator(".exhibit[data-kind=slider]")
    seen = exhibit.get_by_role("img")
    height = exhibit.bounding_box()["height"]
    tab_to(page, slider)
    for value in ("1", "2", "3"):
        assert slider.get_attribute("aria-valuetext") == value
        assert exhibit.locator("output[aria-live=polite]").inner_text() == value
        assert seen.count() == 1
        assert f": {value}. " in seen.get_attribute("alt")
        assert exhibit.bounding_box()["height"] == height
        page.keyboard.press("ArrowRight")


def test_a_switch_turns_the_picture_by_keyboard_and_by_its_label(answers):
    page = answers()
    switch = page.get_by_role("switch", name="cheat: look at the test photos")
    exhibit = page.locator(".exhibit[data-kind=switch]")
    assert not switch.is_checked()
    tab_to(page, switch)
    page.keyboard.press("Space")
    assert switch.is_checked()
    assert ": on. " in exhibit.get_by_role("img").get_attribute("alt")
    exhibit.locator("label").click()
    assert not switch.is_checked()
    assert ": off. " in exhibit.get_by_role("img").get_attribute("alt")
    assert exhibit.get_by_text("The error is *too* good.").is_visible()


def test_a_curve_is_drawn_by_keyboard_alone_and_the_truth_tells_how_far_off_it_was(answers):
    page = answers()
    exhibit = page.locator(".exhibit[data-kind=draw]")
    where = exhibit.get_by_role("slider", name="number of pixels that are kept")
    what = exhibit.get_by_role("slider", name="error, your guess")
    assert not exhibit.locator("polyline.truth").get_attribute("points")
    assert not exhibit.get_by_text("It falls, and then it stays.").is_visible()
    assert not page.get_by_text("So it falls like a stone.").is_visible()
    for error in (80, 40, 10):
        tab_to(page, what)
        what.fill(str(error))
        assert what.get_attribute("aria-valuetext") == f"{error} %"
        where.focus()
        page.keyboard.press("ArrowRight")
    assert where.get_attribute("aria-valuetext") == "10,304"
    tab_to(page, exhibit.get_by_role("button", name="Show the truth"))
    page.keyboard.press("Enter")
    assert exhibit.get_by_role("status").inner_text() == (
        "On average you were 11 percentage points off, and most at 10,304: "
        "you drew 50 %, and it is 5 %."
    )
    assert exhibit.locator("polyline.truth").get_attribute("points").count(",") == 4
    assert exhibit.get_by_text("It falls, and then it stays.").is_visible()
    assert page.get_by_text("So it falls like a stone.").is_visible()


def test_a_quick_stroke_of_the_pointer_leaves_no_point_out(answers):
    page = answers()
    paper = page.locator(".exhibit[data-kind=draw] svg")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    right, left = box["x"] + box["width"] - 24, box["x"] + 50
    page.mouse.move(left, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(right, box["y"] + 12)
    page.mouse.up()
    heights = paper.locator("circle").evaluate_all("all => all.map(one => +one.getAttribute('cy'))")
    assert heights == pytest.approx([12] * 4, abs=1)


def test_a_curve_that_was_hidden_or_whose_page_is_turned_fits_its_place(answers):
    page = answers(360)
    paper = page.locator(".exhibit[data-kind=draw] svg")
    page.locator(".exhibit[data-kind=draw]").evaluate("one => { one.style.display = 'none'; }")
    page.set_viewport_size({"width": 800, "height": 360})
    page.locator(".exhibit[data-kind=draw]").evaluate("one => { one.style.display = ''; }")
    fits = "one => one.viewBox.baseVal.width === one.clientWidth && one.clientWidth > 500"
    page.wait_for_function(f"one => ({fits})(one)", arg=paper.element_handle())


def test_a_finger_draws_upwards_without_moving_the_page(answers):
    page = answers(360, has_touch=True)
    paper = page.locator(".exhibit[data-kind=draw] svg")
    paper.scroll_into_view_if_needed()
    assert paper.evaluate("one => getComputedStyle(one).touchAction") == "pinch-zoom"
    box = paper.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 24, box["y"] + 12)
    assert float(paper.locator("circle").last.get_attribute("cy")) == pytest.approx(12, abs=1)


def test_without_a_script_all_can_be_read(answers):
    page = answers(java_script_enabled=False, color_scheme="light")
    article = page.locator("article")
    assert article.locator(".output").get_by_text("6 of 100 photos").is_visible()
    assert article.get_by_role("radio").count() == 6
    assert not article.get_by_text("That is 1 / sqrt(2).").is_visible()
    article.get_by_text("The answers", exact=True).click()
    assert article.get_by_text("Right. That is 1 / sqrt(2).").is_visible()
    assert article.locator("img:visible").count() == 1 + 3 + 2 + 1
    for value in ("1", "2", "3"):
        assert article.get_by_text(f"the power of the noise: {value}", exact=True).is_visible()
    assert article.get_by_text("It bends more and more.", exact=True).count() == 1
    question = article.get_by_text("How does the error fall with the number of pixels?", exact=True)
    assert question.is_visible()
    assert article.get_by_role("slider").count() == 0


def everything_shown(page):
    page.locator(".ask[data-kind=guess] input").first.check()
    page.locator(".ask[data-kind=question] input").first.check()
    page.get_by_role("button", name="Show the truth").click()


@pytest.mark.parametrize("width", [180, 360, 1280])  # 180: a phone at 200 %
@pytest.mark.parametrize("script", [True, False])
def test_nothing_is_wider_than_the_window(answers, width, script):
    page = answers(width, java_script_enabled=script)
    if script:
        everything_shown(page)
    parts = page.locator(".ask, .exhibit, .exhibit *:not(option)")
    edges = parts.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert max(edges) <= width
    if width >= 360:
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
@pytest.mark.parametrize("shown", [False, True])
def test_axe_finds_nothing_serious(answers, width, scheme, shown):
    page = answers(width, color_scheme=scheme)
    if shown:
        everything_shown(page)
    # From disk, the scripts of a page may not read its styles once more, and need not.
    options = {"resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not [(one["id"], [node["target"] for node in one["nodes"]]) for one in serious]


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_letters_of_a_curve_to_draw_stay_large(answers, width, scheme):
    page = answers(width, color_scheme=scheme)
    heights = page.locator(".exhibit svg text").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 12


def test_lines_of_a_curve_to_draw_stand_out_from_both_grounds(answers):
    for scheme, ground in (("light", 255), ("dark", 33)):
        page = answers(color_scheme=scheme)
        for line in ("mine", "truth"):
            colour = page.locator(f".exhibit polyline.{line}").evaluate(
                "one => getComputedStyle(one).stroke.match(/[\\d.]+/g).map(Number)"
            )
            one, other = sorted([luminance(colour), luminance([ground] * 3)])
            assert (other + 0.05) / (one + 0.05) > 3


def luminance(colour):
    linear = [
        level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
        for level in (channel / 255 for channel in colour[:3])
    ]
    return sum(share * level for share, level in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_paper_has_all_pictures_and_answers(answers):
    page = answers(color_scheme="light")
    page.emulate_media(media="print")
    assert all(truth.is_visible() for truth in page.locator(".ask-truth").all())
    assert page.locator(".exhibit[data-kind=slider] img:visible").count() == 3
    tops = page.locator(".exhibit[data-kind=slider] .exhibit-part").evaluate_all(
        "all => all.map(one => `${one.getBoundingClientRect().top} "
        "${one.getBoundingClientRect().left}`)"
    )
    assert len(set(tops)) == 3
