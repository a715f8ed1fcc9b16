"""What invalidates.

No code in this one. A function of yours is cached by faineant, and was called once:

    @memory.cache
    def darkest(photo, n=5):
        rows = read_table("weights.csv")
        return weigh(photo, rows)[:n]

darkest(photo) is in the cache. Now one of these things happens, and you call it again:

   a   You write a comment into darkest(), and a longer docstring.
   b   You write darkest(photo=photo, n=5), where you wrote darkest(photo).
   c   You change a number in weigh(), a helper function in another place of the same file.
   d   You move darkest() to the end of its file.
   e   Somebody changes a number in the file weights.csv.

1. After which of them is darkest() run again?
2. After which of them do you get the old result, although it is wrong now?

Put a letter in the place of each None. The check does all five, and looks.
"""

RUN_AGAIN = "e"  # "a", "b", "c", "d" or "e"
OLD_AND_WRONG = "c"  # "a", "b", "c", "d" or "e"
