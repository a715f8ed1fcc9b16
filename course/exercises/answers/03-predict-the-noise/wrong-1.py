"""Predict the noise.

No code in this one: predict two numbers, before any computer does.

A camera is bad: each pixel of each photo is off by a random number of grey levels, NOISE of them
as a rule (this is its standard deviation). To get a typical face you take the mean of PHOTOS
photos of one person.

1. By how many grey levels, as a rule, is a pixel of the typical face still off?
2. You want it to be off by WANTED grey levels only. The mean of how many photos does that?

Put a number in the place of each None. The check draws noise, takes means, and looks.
"""

NOISE = 60.0
PHOTOS = 9
WANTED = 6.0

NOISE_LEFT = 60 / 9
PHOTOS_NEEDED = 10
