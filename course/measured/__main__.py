"""``python -m course.measured``: fill the pages' tables from what was recorded, and say which."""

from course.measured.results import Results
from course.measured.tables import ROOT, fill

if __name__ == "__main__":
    for page in fill(Results.read()):
        print(page.relative_to(ROOT))
