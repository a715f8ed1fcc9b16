"""What the learner fills in, and the checks that say whether it works.

Read in this order: ``catalogue.py`` (what an exercise is), ``speaking.py`` (how a check
says what is wrong), ``trial.py`` (how an answer is tried, by ``trying.py`` in a process of
its own), ``folder.py`` (the learner's own copy), ``showing.py`` (what the terminal shows),
``watching.py``, ``mine.py``, ``commands.py`` (what one types) and ``page.py`` (the site).
"""
