"""Rows that stay outside though the rest gets in: caught by line while cells and rules are judged.

Under the policy "refuse" nothing is caught: one wrong row refuses the whole extract.
"""

import duckdb


class Sieve:
    """Over the table `typed` of one extract. What is shaken out lies in the table `caught`, typed as far as it could be."""

    def __init__(self, con: duckdb.DuckDBPyConnection, *, on: bool) -> None:
        self._con = con
        self._on = on
        if on:
            con.execute("CREATE TABLE caught_lines (_line BIGINT)")

    def catch(self, query: str) -> None:
        """Rows whose lines are the column `_line` of this query are to go."""
        if self._on:
            self._con.execute(f"INSERT INTO caught_lines SELECT _line FROM ({query})")

    def shake(self) -> None:
        """Take them out of `typed`."""
        if self._on:
            self._con.execute("CREATE TABLE IF NOT EXISTS caught AS SELECT * FROM typed LIMIT 0")
            gone = "WHERE _line IN (SELECT _line FROM caught_lines)"
            self._con.execute(f"INSERT INTO caught SELECT * FROM typed {gone}")
            self._con.execute(f"DELETE FROM typed {gone}")

    @property
    def caught(self) -> int:
        """How many rows were shaken out."""
        if not self._on:
            return 0
        return self._con.execute("SELECT count(*) FROM caught").fetchall()[0][0]
