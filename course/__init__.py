"""The talk made real: chapters to run, to change and to read.

``python -m course`` lists the chapters and says what to type next. This file
and ``__main__.py`` need the standard library alone, so that they can start
where nothing is installed yet.
"""
