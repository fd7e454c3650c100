"""What can go wrong in the library. Each message is a sentence for the person at the page."""


class DigitLabError(Exception):
    """Anything below."""


class DataUnavailable(DigitLabError):
    """A data set that can't be had here and now; the message says how to get it."""


class DataCorrupt(DataUnavailable):
    """A data file that is there but damaged, or that holds something else."""


class UnknownName(DigitLabError, LookupError):
    """A data set, split or model that doesn't exist; the message lists those that do."""


class PictureError(DigitLabError):
    """An upload or a camera picture that can't be used."""


class DrawingError(DigitLabError):
    """A value of the drawing pad that can't be used."""


class TooManyRuns(DigitLabError):
    """Somebody has a training that isn't over, and asks for another."""
