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


class ClassError(DigitLabError):
    """What a class can't do for somebody."""


class NoSuchClass(ClassError, LookupError):
    """A code that no class has, or a class that has ended."""


class WrongKey(ClassError):
    """A link to a desk that is not this class's."""


class ClassFull(ClassError):
    """Nobody else can join."""


class ClassNotOpen(ClassError):
    """It is paused, closed, or an example: no drawing can be sent."""


class NotNow(ClassError):
    """A drawing that comes too early, or is one too many, or isn't one."""


class DatabaseGone(ClassError):
    """What a class draws can't be stored or read just now. Nothing of it is lost: try again."""
