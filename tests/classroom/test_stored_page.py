"""The page says everything that is stored, and the times that are kept."""

from digitlab.classroom import limits
from digitlab.classroom.tables import metadata
from pages.classroom import stored
from tests.apptest import open_page


def test_every_column_of_every_table_is_in_a_sentence_and_no_other() -> None:
    said = {
        table: sorted(c for fact in facts for c in fact.columns) for table, facts in stored.STORED.items()
    }
    assert said == {name: sorted(table.columns.keys()) for name, table in metadata.tables.items()}


def test_the_page_says_it_all_with_the_limits_of_the_class() -> None:
    page = open_page("stored")
    assert not page.exception
    text = "\n".join(element.value for element in [*page.markdown, *page.caption])
    for facts in stored.STORED.values():
        for fact in facts:
            assert fact.sentence in text
    for line in [*stored.NOT_STORED, *stored.WHERE, *stored.HOW_LONG, *stored.WHO, *stored.CONSIDER]:
        assert line in text
    assert f"{limits.LIFE_S // 3600} hours" in text
    assert f"up to {limits.LONGEST_LIFE_S // 86400} days" in text
    assert f"{limits.MOST_PUPILS} pupils" in text
    assert f"{limits.MOST_DRAWINGS} drawings, one in {limits.BETWEEN_S:g} seconds" in text
    assert "pseudonymous, not anonymous" in text


def test_nothing_in_the_tables_names_a_person_or_a_device() -> None:
    columns = " ".join(column.name for table in metadata.tables.values() for column in table.columns)
    for word in ("name", "mail", "address", "agent", "device", "text"):
        assert word not in columns
