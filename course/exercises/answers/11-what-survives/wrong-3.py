"""What survives.

No code in this one. Currencies were put into groups. Then the weeks were drawn anew many times,
with repetition, and grouped again each time. TOGETHER says in which share of these drawings two
currencies came into the same group.

We claim only what holds in at least 80% of the drawings. Which claim may we print?

   a   The Australian, the Canadian and the New Zealand dollar are one group.
   b   The pound goes with the US dollar: of all partners it is the pound's most frequent one.
   c   The Brazilian real and the Mexican peso go together.
   d   The yen and the Norwegian krone are in different groups.

Put a letter in the place of None.
"""

TOGETHER = {
    ("AUD", "CAD"): 0.91,
    ("AUD", "NZD"): 0.96,
    ("CAD", "NZD"): 0.74,
    ("GBP", "USD"): 0.55,
    ("GBP", "SEK"): 0.31,
    ("BRL", "MXN"): 0.78,
    ("JPY", "NOK"): 0.14,
    ("JPY", "USD"): 0.62,
}

ANSWER = "c"  # "a", "b", "c" or "d"
