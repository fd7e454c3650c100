"""The classes that a page about something else knows of: the one that its link names, and the one that was
opened last in this visit. Their drawings are data sets there, and what they have trained are models."""

import re
from collections.abc import Iterable

from digitlab import inference
from digitlab.classroom import names, trainings
from digitlab.classroom.limits import CODE_LENGTH
from digitlab.errors import ClassError, DatabaseGone, UnknownName
from ui import classroom

_TITLE = re.compile(rf"class ([a-z]{{{CODE_LENGTH}}})", re.IGNORECASE)
_MODEL_TITLE = re.compile(rf".* of class ([a-z]{{{CODE_LENGTH}}}), (\d{{1,6}})", re.IGNORECASE)


# --- as data sets ----------------------------------------------------------------------------------------


def code_of(text: str | None) -> str | None:
    """KFRTW, of "class:KFRTW" and "Class KFRTW"; None of anything else."""
    if named := names.dataset(text or ""):
        return named[0]
    parts = _TITLE.fullmatch(text or "")
    return parts[1].upper() if parts else None


def title(code: str) -> str:
    return f"Class {code}"


def there(codes: Iterable[str | None]) -> tuple[list[str], ClassError | None]:
    """Those of the codes that classes have, each once, and why another one isn't among them. While the
    database is gone, nobody knows: then all."""
    found, problem = [], None
    for code in dict.fromkeys(code for code in codes if code):
        try:
            found.append(classroom.find(code).code)
        except DatabaseGone:
            found.append(code)
        except ClassError as error:
            problem = error
    return found, problem


# --- as models -------------------------------------------------------------------------------------------


def model_named(text: str | None) -> str | None:
    """ "class:KFRTW:1", of itself and of "CNN of class KFRTW, 1"; None of anything else."""
    if named := names.model(text or ""):
        return names.of_model(*named)
    parts = _MODEL_TITLE.fullmatch(text or "")
    return names.of_model(parts[1].upper(), int(parts[2])) if parts else None


def model_title(name: str) -> str:
    """ "CNN of class KFRTW, 1". Raises UnknownName, DatabaseGone."""
    parts = names.model(name)
    if parts is None:
        raise UnknownName(f"{name} is no class’s model.")
    return _title(inference.load(name).card["title"], *parts)


def _title(title: str, code: str, number: int) -> str:
    """The class may have got another code since it was trained."""
    return f"{re.sub(' of class [A-Z]{5}$', '', title)} of class {code.upper()}, {number}"


def models(codes: Iterable[str | None]) -> dict[str, str]:
    """The models of these classes, as far as they are there: their titles by their names."""
    titles = {}
    for code in dict.fromkeys(code for code in codes if code):
        try:
            found = classroom.find(code)
            for each in trainings.of_class(found.id):
                title = _title(each.card["title"], found.code, each.number)
                titles[trainings.name(found, each.number)] = title
        except ClassError:  # no such class, or its database is gone: the zoo's models are there
            continue
    return titles
