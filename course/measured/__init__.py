"""What the benchmarks measured: kept in one file, told in the pages, drawn as a report.

===============  ==========================================================================
``results.py``   what a comparison is, and the file in which all of them are kept
``tables.py``    the tables of the README and of the pages of reference, filled from the file
``changes.py``   two runs compared: which differences are more than noise
``drawn.py``     bars and curves as pictures in the text of a page
``report.py``    the report, a page of its own and a section of the site
===============  ==========================================================================
"""
