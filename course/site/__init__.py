"""From chapters to pages, in the order in which to read the files.

==================  =====================================================================
``cells.py``        what a chapter is: a Python file cut into cells
``run.py``          what its cells print and draw, never computed twice
``foundations.py``  what a chapter stands on: when that changes, it is run again
``modules.py``      where names of ours lead, read from the files and not imported
``pages.py``        cells and what they gave as Markdown, and the Markdown as a site
``asking.py``       questions in the prose; ``asks.js`` unfolds their answers
``exhibiting.py``   pictures that answer; ``exhibits.js`` and ``drawing.js`` move them
``formulas.py``     LaTeX as MathML
``palette.py``      pictures that load sooner
``notebooks.py``    chapters as notebooks
``api.py``          pages made of the packages' docstrings
``hooks.py``        what the site's builder does for us: navigation, search from disk
``own.py``          the reader's own data in the place of ours
``terminal.py``     how the command line speaks
``measured.py``     figures of the benchmarks, written into the pages in the repository
==================  =====================================================================
"""
