"""What the learner fills in, and the checks that say whether it works.

Read in this order: ``catalogue.py`` (what an exercise is), ``speaking.py`` (how a check
says what is wrong), ``trial.py`` (how an answer is tried), ``folder.py`` (the learner's
own copy), ``watching.py``, ``mine.py`` and ``commands.py`` (what one types).
"""
