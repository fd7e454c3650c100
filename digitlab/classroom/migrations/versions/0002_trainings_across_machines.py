"""Trainings across machines: the runs, and on PostgreSQL the tables of procrastinate 3.10.0

They stand in a file beside this folder, as that version brings them, so that a database that is made later is
the same. A later version of procrastinate has files with its changes in `procrastinate/sql/migrations`: copy
those that are newer into a migration of their own.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PROCRASTINATE = Path(__file__).parents[1] / "procrastinate-3.10.0.sql"

# whoever deletes a run, or its class, deletes its job
_TRIGGER = """
CREATE OR REPLACE FUNCTION digitlab_run_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM procrastinate_jobs WHERE id = OLD.job;
    RETURN OLD;
END;
$$;
CREATE TRIGGER digitlab_run_deleted AFTER DELETE ON run
    FOR EACH ROW EXECUTE PROCEDURE digitlab_run_deleted();
"""


def upgrade() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Text(), nullable=True),
        sa.Column("owner_hash", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("job", sa.BigInteger(), nullable=True),
        sa.Column("trainer", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("made", sa.Float(), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["class.id"], name=op.f("fk_run_class_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_class_id"), ["class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_run_owner_hash"), ["owner_hash"], unique=False)
    op.create_table(
        "run_file",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_file_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "file", name=op.f("pk_run_file")),
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    if not sa.inspect(op.get_bind()).has_table("procrastinate_jobs"):
        _execute(_PROCRASTINATE.read_text("utf-8"))
    _execute(_TRIGGER)


def downgrade() -> None:
    op.drop_table("run_file")
    op.drop_table("run")
    if op.get_bind().dialect.name == "postgresql":  # procrastinate's tables may be another program's, too
        _execute("DROP FUNCTION digitlab_run_deleted()")


def _execute(statements: str) -> None:
    """Several at once, in the transaction of the migration."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    with connection.cursor() as cursor:
        cursor.execute(statements)
