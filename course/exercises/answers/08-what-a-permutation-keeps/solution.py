"""What a permutation keeps.

No code in this one. Somebody measures a score of 0.62, and asks: could that be chance? So the names
are shuffled among the photos (the photos stay), the method learns anew, and is scored anew, on the
same folds. That is done 19 times. The best of these 19 scores is 0.41.

1. What does a shuffle of the names destroy, and nothing else?

   a   how many photos each person has
   b   the typical brightness of each pixel, over all photos
   c   which photo goes with which name
   d   which photos look alike

2. The p-value says how often chance does as well as the real names. Which one may be reported here?
   Think of the real names as one more way to deal the names.

Put a letter and a number in the place of the two Nones.
"""

ANSWER = "c"  # "a", "b", "c" or "d"
P_VALUE = 0.05
