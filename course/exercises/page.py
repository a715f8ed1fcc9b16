"""The exercises as a page of the site: each with its task, its hints, and what to type."""

from __future__ import annotations

import html
from collections.abc import Iterable

from course.exercises.catalogue import Exercise
from course.site.cells import Chapter

__all__ = ["exercises_page"]

OPENING = """# Exercises

Each exercise is a small file with a gap or a mistake. This makes a folder with all of them, your own copy:

```sh
python -m course start my-course
```

It says what to type next. `python learn.py watch` in that folder looks at your file whenever you save it, names the line, and says
the first thing that is wrong. Three hints wait for each exercise. Most take less than ten minutes.
"""


def exercises_page(listed: Iterable[Exercise], chapters: Iterable[Chapter]) -> str:
    """Write the page.

    Parameters
    ----------
    listed : iterable of Exercise
        In order.
    chapters : iterable of Chapter
        Those that there are.

    Returns
    -------
    str
        Markdown.
    """
    there = {chapter.number: chapter for chapter in chapters}
    return "\n".join([OPENING, *(written(exercise, there) for exercise in listed)])


def written(exercise: Exercise, chapters: dict[int, Chapter]) -> str:
    """Write one exercise."""
    chapter = chapters.get(exercise.chapter)
    belongs = ""
    if chapter is not None:
        belongs = f" It belongs to [{chapter.title}]({chapter.part}/{chapter.name}.md)."
    hints = "".join(f"<li>{html.escape(hint)}</li>\n" for hint in exercise.hints)
    return (
        f"## {exercise.number}. {exercise.title} {{ #{exercise.number} }}\n\n"
        f"{exercise.task}\n\n"
        f"Type `python learn.py check {exercise.number}`.{belongs}\n\n"
        f"<details>\n<summary>Hints</summary>\n<ol>\n{hints}</ol>\n</details>\n"
    )
