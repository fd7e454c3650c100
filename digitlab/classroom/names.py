"""How a class's drawings and models are named, wherever a data set or a model is: "class:KFRTW", as they are
now; "class:KFRTW@17", as they were after change 17; "class:KFRTW:1", a model."""

import re

from digitlab.classroom.limits import CODE_LENGTH

OF_CLASS = "class:"  # what all of them begin with
# of any five letters: whether there is such a class, the database says
_CODE = rf"([A-Z]{{{CODE_LENGTH}}})"
_DATASET = re.compile(rf"{OF_CLASS}{_CODE}(?:@([0-9]{{1,12}}))?", re.IGNORECASE)
_MODEL = re.compile(rf"{OF_CLASS}{_CODE}:([0-9]{{1,6}})", re.IGNORECASE)


def dataset(name: str) -> tuple[str, int | None] | None:
    """KFRTW and 17, of "class:KFRTW@17"; KFRTW and None of "class:KFRTW"; None of anything else."""
    parts = _DATASET.fullmatch(name)
    return (parts[1].upper(), int(parts[2]) if parts[2] else None) if parts else None


def model(name: str) -> tuple[str, int] | None:
    """KFRTW and 1, of "class:KFRTW:1"; None of anything else."""
    parts = _MODEL.fullmatch(name)
    return (parts[1].upper(), int(parts[2])) if parts else None


def of_model(code: str, number: int) -> str:
    return f"{OF_CLASS}{code}:{number}"
