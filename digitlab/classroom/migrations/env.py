"""What Alembic runs to change tables: on a connection of digitlab.classroom.database, in its transaction."""

from alembic import context

from digitlab.classroom.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
