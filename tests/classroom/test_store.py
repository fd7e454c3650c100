"""A class in the database, from its start to its deletion."""

import pytest

from digitlab import strokes
from digitlab.classroom import classes, drawings, pupils
from digitlab.errors import NoSuchClass


@pytest.mark.usefixtures("store")
def test_a_deleted_class_is_gone() -> None:
    found, _ = classes.start()
    pupil, secret = pupils.join(found)
    drawings.send(found, pupil, strokes.examples()[3], asked=3)
    assert drawings.snapshot(found.id).labels.tolist() == [3]
    classes.delete(found.id)
    assert pupils.known(secret) is None
    with pytest.raises(NoSuchClass):
        drawings.snapshot(found.id)
