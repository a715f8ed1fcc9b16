"""How many pixels are left.

No code in this one: predict two numbers.

A photo has HEIGHT x WIDTH pixels, and each is off by NOISE grey levels, as a rule (each by itself).
You make it smaller: each square block of SIDE x SIDE pixels becomes one pixel, the mean of the
block.

1. How many pixels long must a side of the blocks be, so that what remains of the noise is WANTED
   grey levels?
2. How many pixels does the small photo have?

Put a number in the place of each None. The check makes noisy photos smaller, and looks.
"""

HEIGHT, WIDTH = 112, 96
NOISE = 80.0
WANTED = 20.0

SIDE = 2
PIXELS_LEFT = 2688
