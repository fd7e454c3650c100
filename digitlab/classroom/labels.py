"""Labels of a class that the teacher had better look at: a slip of the finger, or a joke."""

import numpy as np

from digitlab.classroom.drawings import TEACHER, Snapshot


def to_check(snapshot: Snapshot) -> np.ndarray:
    """Where the class's model reads another digit than the label says, the surest first: indices int (n,) in
    the snapshot. Only of what everybody may see, and not what the teacher has labelled."""
    unchecked = np.array([row.label_by != TEACHER for row in snapshot.rows], bool)
    doubted = np.flatnonzero(snapshot.shown & unchecked & (snapshot.guesses != snapshot.labels))
    return doubted[np.argsort(-snapshot.sureness[doubted], kind="stable")]
