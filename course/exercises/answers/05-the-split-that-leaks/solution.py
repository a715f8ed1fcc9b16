"""The split that leaks.

No code in this one: find the leak.

There are 20 people, and a film of each, taken on one day: 50 frames, a fraction of a second from
one to the next. Later there was a second day with a second film of everybody, 50 frames again. The
system is to open a door: it knows everybody from earlier days, and is shown a new face each
morning. Four people propose how to cut the frames into training and test sets.

   a   Deal all frames of both days, shuffled, into five folds; each fold judges once.
   b   Learn from the whole first day, test on the whole second day; then the other way round.
   c   Learn from the first 40 frames of the first day, test on its last 10.
   d   Choose the method by testing on the second day, report the lowest error that was found there.

1. Which of these tells how often the door will be wrong on a new morning?
2. Which of them puts nearly identical frames on both sides of the cut *and* tests on both days?

Put a letter in the quotes in the place of each None, as in "c".
"""

HONEST = "b"  # "a", "b", "c" or "d"
TWINS = "a"  # "a", "b", "c" or "d"
