"""The form of every chapter of the course: short, in the same order, and asking as it goes.

Nothing is run here. What the chapters claim is tested part by part, in files of their own.
"""

import ast
import os
import re
from pathlib import Path

import pytest

from course.exercises.catalogue import exercises
from course.site.asking import has_guess, questions
from course.site.cells import chapters

COURSE = Path(__file__).resolve().parents[2] / "course"
CHAPTERS = chapters(COURSE)
FURTHER = {3, 6, 7, 10, 16, 17, 20}  # the others are the path of 90 minutes
EXHIBITS = {"slider", "switch", "draw_first"}
LAST_SECTIONS = [
    "What to try",
    "Three questions",
    "Exercises",
    "What to take home",
    "Sources",
]

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)


def prose_of(chapter):
    return "\n\n".join(cell.text for cell in chapter.cells if cell.kind == "markdown")


def code_of(chapter):
    return [cell.text for cell in chapter.cells if cell.kind == "code"]


def asked(chapter):
    """Give what the chapter asks: each a guess or a question."""
    cells = (cell for cell in chapter.cells if cell.kind == "markdown")
    return [question for cell in cells for _, question in questions(cell, chapter.file)]


def calls(chapter):
    """Give the names of the plain functions that the chapter calls, as often as it says so."""
    nodes = (node for code in code_of(chapter) for node in ast.walk(ast.parse(code)))
    return [
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]


def test_the_chapters_are_numbered_without_a_gap():
    assert [chapter.number for chapter in CHAPTERS] == list(range(len(CHAPTERS)))


@each_chapter
class TestLength:
    def test_it_has_at_most_1200_words(self, chapter):
        assert len(prose_of(chapter).split()) <= 1200

    def test_it_has_at_most_eight_cells_of_at_most_twelve_lines(self, chapter):
        lines = [[line for line in code.split("\n") if line.strip()] for code in code_of(chapter)]
        assert len(lines) <= 8
        assert max(map(len, lines)) <= 12, max(lines, key=len)

    def test_it_has_at_most_four_figures(self, chapter):
        drawn = [name for name in calls(chapter) if name in EXHIBITS | {"show"}]
        assert 1 <= len(drawn) <= 4


@each_chapter
class TestOrder:
    def test_it_opens_with_its_title_and_with_what_the_reader_will_be_able_to_do(self, chapter):
        assert re.match(r"# .+\n\nAfter this page you can ", prose_of(chapter))

    def test_it_says_when_it_may_be_skipped(self, chapter):
        second = prose_of(chapter).split("\n\n")[2]
        assert second.startswith("**Further.** ") == (chapter.number in FURTHER)

    def test_its_last_sections_are_those_of_all_chapters(self, chapter):
        headings = re.findall(r"(?m)^## (.+)$", prose_of(chapter))
        assert headings[-len(LAST_SECTIONS) :] == LAST_SECTIONS

    def test_it_ends_with_the_next_page(self, chapter):
        end = " ".join(prose_of(chapter).split("\n\n")[-1].split())
        if chapter is CHAPTERS[-1]:
            assert end.startswith("This is the last page.")
            return
        following = CHAPTERS[CHAPTERS.index(chapter) + 1]
        target = Path(os.path.relpath(following.file, chapter.file.parent)).with_suffix(".md")
        assert end.startswith(f"Next page: [{following.title}]({target.as_posix()})"), end


@each_chapter
class TestAsking:
    def test_the_reader_guesses_or_draws_first(self, chapter):
        kinds = [question.kind for question in asked(chapter)]
        assert "guess" in kinds or "draw_first" in calls(chapter)

    def test_it_asks_three_questions_in_their_section(self, chapter):
        kinds = [question.kind for question in asked(chapter)]
        assert kinds.count("question") == 3
        _, _, after = prose_of(chapter).partition("\n## Three questions\n")
        assert after.partition("\n## ")[0].count("??? question ") == 3

    def test_a_guess_stands_right_before_code(self, chapter):
        for cell, following in zip(chapter.cells, [*chapter.cells[1:], None], strict=True):
            if cell.kind == "markdown" and has_guess(cell):
                assert following is not None
                assert following.kind == "code"

    def test_every_choice_ends_alike_so_that_none_is_known_by_its_end(self, chapter):
        for question in asked(chapter):
            for choice in question.choices:
                assert choice.text.endswith((".", "?")), choice.text

    def test_every_choice_gets_its_reason(self, chapter):
        for question in asked(chapter):
            for choice in question.choices:
                assert choice.reason, choice.text

    def test_it_calls_one_misconception_by_its_name(self, chapter):
        prose = " ".join(prose_of(chapter).split())
        assert len(re.findall(r"\*\*The misconception: [^*]+\*\*", prose)) == 1

    def test_it_leads_to_its_exercises(self, chapter):
        _, _, after = prose_of(chapter).partition("\n## Exercises\n")
        listed = [line for line in after.partition("\n## ")[0].split("\n") if line.startswith("- ")]
        for line in listed:
            form = r"- \[[^]]+\]\(\.\./exercises\.md#(\d+)\): `python -m course check (\d+)`\.?"
            found = re.fullmatch(form, line)
            assert found, line
            assert found[1] == found[2], line

    def test_it_lists_all_its_exercises_by_their_titles(self, chapter):
        form = r"(?m)^- \[([^]]+)\]\(\.\./exercises\.md#(\d+)\)"
        listed = [(title, int(number)) for title, number in re.findall(form, prose_of(chapter))]
        own = [exercise for exercise in exercises() if exercise.chapter == chapter.number]
        assert listed == [(exercise.title, exercise.number) for exercise in own]
