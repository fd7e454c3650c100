"""The tables of class work. What stands in each column, and for how long, is on the page `stored`.

Times are seconds since 1970 (UTC). Secrets are there as hashes only.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _class_id() -> Column:
    return Column("class_id", Text, ForeignKey("class.id", ondelete="CASCADE"), nullable=False)


classes = Table(
    "class",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False, unique=True),  # five letters
    Column("key_hash", Text, nullable=False),  # of the teacher's key
    Column("state", Text, nullable=False),  # classes.OPEN, PAUSED or CLOSED
    Column("task", Text, nullable=False),  # classes.BALANCED, ONE or FREE
    Column("digit", Integer),  # that all draw, where the task is ONE
    Column("model", Text, nullable=False),  # that reads what is drawn
    Column("simulated", Boolean, nullable=False),  # an example: nobody's hand
    Column("made", Float, nullable=False),
    Column("ends", Float, nullable=False),  # then everything of it is deleted
    Column("revision", BigInteger, nullable=False),  # another one after each change of the class
    Column("pupils", Integer, nullable=False),  # how many have joined
    Column("drawings", Integer, nullable=False),  # how many have been sent
    Index(None, "ends"),
)

pupils = Table(
    "pupil",
    metadata,
    Column("id", Text, primary_key=True),
    _class_id(),
    Column("number", Integer, nullable=False),  # from 1; animal and colour follow from it
    Column("secret_hash", Text, nullable=False, unique=True),  # of what the pupil's tab keeps
    Column("held", Boolean, nullable=False),  # by the teacher: nothing of this pupil is shown
    Column("drawings", Integer, nullable=False),  # how many have been sent
    Column("last", Float, nullable=False),  # when the last one was sent; 0 before the first
    Column("joined", Float, nullable=False),
    UniqueConstraint("class_id", "number"),
)

drawings = Table(
    "drawing",
    metadata,
    Column("id", Text, primary_key=True),
    _class_id(),
    Column("pupil_id", Text, ForeignKey("pupil.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),  # from 1, in the order of arrival
    Column("changed", BigInteger, nullable=False),  # the class's revision at its last change
    Column("asked", Integer),  # the digit to draw; none where the task is FREE
    Column("label", Integer, nullable=False),  # what it shows: as asked, or as pupil or teacher say
    Column("label_by", Text, nullable=False),  # drawings.TASK, PUPIL or TEACHER
    Column("guess", Integer, nullable=False),  # the model's most probable digit
    Column("sureness", Float, nullable=False),  # its probability
    Column("score", Float, nullable=False),  # the detector's: how much it looks like a digit
    Column("state", Text, nullable=False),  # drawings.SHOWN, WAITING or HIDDEN
    Column("held", Boolean, nullable=False),  # its pupil is held
    Column("picture", LargeBinary, nullable=False),  # 784 bytes, 28 × 28 grey values
    Column("strokes", Text, nullable=False),  # as digitlab.draw.link packs them
    Column("digest", Text, nullable=False),  # of the strokes: the same drawing twice counts once
    Column("sent", Float, nullable=False),
    UniqueConstraint("pupil_id", "digest"),
    UniqueConstraint("class_id", "number"),
    Index(None, "class_id", "changed"),
)

trainings = Table(
    "training",
    metadata,
    Column("id", Text, primary_key=True),
    _class_id(),
    Column("number", Integer, nullable=False),  # from 1
    Column("model", Text, nullable=False),  # that it began with
    Column("card", Text, nullable=False),  # JSON, as card.json
    Column("network", LargeBinary, nullable=False),  # model.tflite
    Column("live", LargeBinary),  # live.bin, where the model answers in the browser
    Column("made", Float, nullable=False),
    UniqueConstraint("class_id", "number"),
)

# Trainings that wait, or are under way, or are done: only where servers share a PostgreSQL. Which of them is
# taken next, and by which trainer, is in the tables of procrastinate, which know a run by its id alone.
runs = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("class_id", Text, ForeignKey("class.id", ondelete="CASCADE")),  # none for a visitor's
    Column("owner_hash", Text, nullable=False),  # of what the visitor's tab keeps, or of the class
    Column("number", Integer, nullable=False),  # of this owner's, from 1
    Column("settings", Text, nullable=False),  # JSON, as digitlab.training.settings packs them
    Column("data", LargeBinary),  # what the class has drawn, until the run is over
    Column("state", Text, nullable=False),  # as digitlab.training.runs has them
    Column("problem", Text, nullable=False),  # why it stopped or failed
    Column("attempts", Integer, nullable=False),  # how often it was begun
    Column("job", BigInteger),  # procrastinate's number for this attempt; none when the run is over
    Column("trainer", Text),  # that has begun it
    Column("progress", Text),  # JSON, as train.py says it
    Column("made", Float, nullable=False),
    Column("seen", Float, nullable=False),  # when its owner was last there
    Index(None, "class_id"),
    Index(None, "owner_hash"),
)

run_files = Table(
    "run_file",
    metadata,
    Column("run_id", Text, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("file", Text, primary_key=True),  # one of digitlab.training.runs.RESULTS
    Column("content", LargeBinary, nullable=False),
)
