"""Guesses and questions: what is written in a chapter, and what a page makes of it."""

from html.parser import HTMLParser

import pytest

from course.site.asking import AskingError, as_html, as_text, questions
from course.site.cells import read_chapter
from course.site.pages import markdown
from course.site.run import CellRun, Picture

QUESTION = """\
??? question "What is `2 * 3 * 4`, *as a number*?"
    - [ ] It is 9. That is their
      sum, told on two lines.
    - [x] It is 24.
    - [ ] Less than 1 < 2. Look again at `a * b`.
"""
GUESS = """\
??? guess "How many?"
    - About 1. You hope so.
    - About 90
"""


@pytest.fixture
def chapter(tmp_path):
    """Make a chapter whose second cell has some prose, from line 5 on."""

    def made(prose, after="# %%\nprint(6)\n"):
        comments = "".join(f"# {line}".rstrip() + "\n" for line in prose.split("\n"))
        file = tmp_path / "1-asking.py"
        file.write_text(f"# %% [markdown]\n# # Asking\n\n# %% [markdown]\n{comments}{after}")
        return read_chapter(file)

    return made


class Outline(HTMLParser):
    """The elements of some HTML with their attributes, in order, each of them closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag != "input":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_a_question_is_read_with_its_choices_and_their_reasons(chapter):
    made = chapter(QUESTION)
    [(_, question)] = questions(made.cells[1], made.file)
    assert (question.kind, question.title) == ("question", "What is `2 * 3 * 4`, *as a number*?")
    assert [(choice.text, choice.reason, choice.right) for choice in question.choices] == [
        ("It is 9.", "That is their sum, told on two lines.", False),
        ("It is 24.", "", True),
        ("Less than 1 < 2.", "Look again at `a * b`.", False),
    ]


@pytest.mark.parametrize(
    ("choice", "text", "reason"),
    [
        ("It falls by 0.5 %. So it is.", "It falls by 0.5 %.", "So it is."),
        ("Nothing: it is lazy.", "Nothing.", "It is lazy."),
        ("Is it 7? No.", "Is it 7?", "No."),
        ("No end", "No end", ""),
    ],
)
def test_the_first_sentence_is_the_choice_and_the_rest_is_its_reason(chapter, choice, text, reason):
    made = chapter(f'??? guess "Which?"\n    - {choice}\n    - Other.')
    [(_, question)] = questions(made.cells[1], made.file)
    assert (question.choices[0].text, question.choices[0].reason) == (text, reason)


def test_a_question_is_a_group_of_radio_buttons_with_its_answers_folded_below(chapter):
    made = chapter(f"Before.\n\n{QUESTION}\nAfter.")
    page = as_html(made.cells[1], made)
    assert page.startswith("Before.\n\n<div")
    assert page.endswith("</div>\n\nAfter.")
    outline = Outline(page)
    names = {radio["name"] for radio in outline.all("input")}
    assert [radio["type"] for radio in outline.all("input")] == ["radio"] * 3
    assert len(names) == 1
    for tag in ("fieldset", "legend", "details", "summary"):
        assert len(outline.all(tag)) == 1
    assert outline.all("p") == [{"class": "ask-said", "role": "status"}]
    assert [("data-right" in item) for item in outline.all("li")] == [False, True, False]
    assert "<strong>Not quite.</strong> That is their sum, told on two lines." in page
    assert "<strong>Right.</strong>" in page


def test_code_and_emphasis_are_kept_and_signs_of_html_are_not(chapter):
    made = chapter(QUESTION)
    page = as_html(made.cells[1], made)
    assert "<code>2 * 3 * 4</code>, <em>as a number</em>" in page
    assert "<code>a * b</code>" in page
    assert "1 &lt; 2" in page


def test_a_blank_line_between_choices_and_prose_close_below_are_no_hindrance(chapter):
    made = chapter('??? guess "Which?"\n    - One.\n\n    - Two.\nThe prose goes on.')
    page = as_html(made.cells[1], made)
    assert len(Outline(page).all("input")) == 2
    assert page.endswith("The prose goes on.")


def test_several_questions_of_a_page_do_not_share_their_buttons(chapter):
    made = chapter(f"{QUESTION}\n{QUESTION}")
    outline = Outline(as_html(made.cells[1], made))
    assert len({radio["name"] for radio in outline.all("input")}) == 2
    assert len({box["id"] for box in outline.all("div")}) == 2


def test_a_guess_says_of_no_choice_that_it_is_right(chapter):
    made = chapter(GUESS)
    page = as_html(made.cells[1], made)
    assert "Guess first." in page
    assert "data-right" not in page
    assert "Right." not in page
    assert "Not quite." not in page


def test_prose_without_questions_stays_as_it_is(chapter):
    made = chapter("Why? And *how*???\n\n    indented ??? guess")
    assert as_html(made.cells[1], made) == made.cells[1].text


def test_a_notebook_has_the_question_and_its_answers_as_markdown(chapter):
    made = chapter(f"{QUESTION}\nAfter.")
    text = as_text(made.cells[1], made)
    assert "**What is `2 * 3 * 4`, *as a number*?**" in text
    assert "<details><summary>The answers</summary>" in text
    assert "- It is 9. Not quite. That is their sum, told on two lines." in text
    assert text.endswith("After.")


@pytest.mark.parametrize(
    ("prose", "line", "says"),
    [
        (QUESTION.replace("[x]", "[ ]"), 5, "0 of the choices are marked [x]"),
        (QUESTION.replace("[ ]", "[x]"), 5, "3 of the choices are marked [x]"),
        ('Hello.\n\n??? question "Which?"\n    - [x] One.', 7, "there are 1 choices"),
        ('??? question "Which?"\n- [x] One.\n- [ ] Two.', 5, "there are 0 choices"),
        ("??? question Which?\n    - [x] One.\n    - [ ] Two.", 5, 'between two "'),
        ('??? riddle "Which?"\n    - One.\n    - Two.', 5, "??? riddle is unknown"),
        (GUESS.replace("- About 1", "- [x] About 1"), 5, "a guess marks no choice as right"),
        (GUESS.replace("- About 90", "About 90"), 5, "'About 90' is no choice"),
    ],
)
def test_what_is_written_wrongly_is_told_with_its_line(chapter, prose, line, says):
    made = chapter(prose)
    with pytest.raises(AskingError) as told:
        as_html(made.cells[1], made)
    assert str(told.value).startswith(f"{made.file}, line {line}: ")
    assert says in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("after", ["", "# %% [markdown]\n# More.\n\n# %%\nprint(6)\n"])
def test_a_guess_without_code_right_after_it_is_told_with_its_line(chapter, after):
    made = chapter(GUESS, after)
    with pytest.raises(AskingError, match=r"line 5: no cell of code comes right after this guess"):
        as_html(made.cells[1], made)


def test_what_answers_a_guess_waits_up_to_the_next_heading_and_the_code_above_it_does_not(chapter):
    rest = (
        "# %%\nprint(6)\n\n# %% [markdown]\n# It is six.\n# ## Seven\n# More.\n\n# %%\nprint(7)\n"
    )
    made = chapter(GUESS, rest)
    picture = Picture(b"", b"", "Six dots.")
    page = markdown(made, [CellRun("6\n", (picture,)), CellRun("7\n", ())])
    before, waiting = page.split('<div class="ask-truth" markdown="1">')
    waiting, after = waiting.split("</div>", maxsplit=1)
    assert "print(6)" in before
    assert "\n6\n" in waiting
    assert "Six dots." in waiting
    assert waiting.rstrip().endswith("It is six.")
    assert after.lstrip().startswith("## Seven")
    assert "\n7\n" in after


def test_a_guess_below_an_answer_does_not_wait_for_it(chapter):
    again = "".join(f"# {line}\n" for line in GUESS.splitlines())
    made = chapter(GUESS, f"# %%\nprint(6)\n\n# %% [markdown]\n{again}\n# %%\nprint(7)\n")
    page = markdown(made, [CellRun("6\n", ()), CellRun("7\n", ())])
    _, first, second = page.split('<div class="ask-truth" markdown="1">')
    assert first.index("</div>") < first.index('<div class="ask"')
    assert "\n7\n" in second
    assert "</div>" in second


@pytest.mark.parametrize(("told", "folded"), [("# It falls.\n", True), ("", False)])
def test_what_tells_what_a_curve_is_like_waits_until_it_was_drawn(chapter, told, folded):
    made = chapter("Look.", f"# %%\ndraw()\n\n# %% [markdown]\n{told}# ## Next\n")
    drawn = {"kind": "draw", "draw": {"x": [1, 2], "y": [2, 1]}, "label": "How?", "value": ""}
    exhibit = drawn | {"caption": "A curve.", "first": True, "last": True}
    page = markdown(made, [CellRun("", (Picture(b"", b"", "A curve.", exhibit),))])
    assert ('<div class="ask-truth"' in page) is folded
    assert page.count("<div") == page.count("</div>")
    if folded:
        places = ["A curve.", '<div class="ask-truth"', "It falls.", "</div>", "## Next"]
        assert [*map(page.rindex, places)] == sorted(map(page.rindex, places))


def test_a_guess_that_nothing_answers_is_an_error(chapter):
    made = chapter(GUESS, "# %%\nsix = 6\n")
    with pytest.raises(AskingError, match=r"1-asking\.py.* guess"):
        markdown(made, [CellRun("", ())])
