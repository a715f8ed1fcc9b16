"""What all tests share: steady examples, and one thread for each of the processes that run them."""

import os

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")

# Before numpy and scikit-learn are loaded. A team of GNU OpenMP's threads would also decide, by
# the order of the tests, whether workers are forked.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
