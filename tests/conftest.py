"""What all tests share: generated examples are the same in each run, however slow the machine."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")
