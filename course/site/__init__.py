"""From chapters to pages, in the order in which to read the files.

===============  ===================================================================
``cells.py``     what a chapter is: a Python file cut into cells
``run.py``       what its cells print and draw, never computed twice
``pages.py``     both as Markdown, and the Markdown as a site
``hooks.py``     the site made anew when a chapter is saved, while it is served
``measured.py``  figures of the benchmarks, written into the pages in the repository
===============  ===================================================================
"""
