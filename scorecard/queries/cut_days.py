"""Which days of a batch look like the day of an export instead of the day that each case was closed on."""

from scorecard.catalog.contracts import CutDate

_CUT_ROWS = 20  # fewer rows with one closing date are a busy day, not a cut


def cut_days_sql(cut: CutDate, source: str) -> str:
    """SQL for the days that look like the day of an export: day, rows that have it, first line, rows that lack the other column."""
    return (
        f'SELECT "{cut.date}"::DATE AS day, count(*) AS n, min(_line), sum(count(*)) OVER () AS total FROM {source} '
        f'WHERE "{cut.date}" IS NOT NULL AND "{cut.missing}" IS NULL GROUP BY day '
        f"QUALIFY n >= {_CUT_ROWS} AND n >= {cut.share} * total ORDER BY n DESC, day"
    )
