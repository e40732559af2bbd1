-- $starts: the first day of each month.
-- The rows that began in a period, looked at, and in each month of the year before: of all of them those that name one which had ended
-- at most $width days earlier.
WITH placed AS (
    SELECT {key} AS key, month, EXISTS (
        SELECT 1 FROM ({earlier}) AS earlier
        WHERE earlier.{named} = later.{column} AND earlier.{key} <> later.{key}
            AND date_diff('day', earlier.{ended}::DATE, later.{clock}::DATE) BETWEEN 0 AND $width
    ) AS again
    FROM (SELECT *, least(list_max(list_filter($starts, lambda one: one <= {clock}::DATE)), $first) AS month FROM ({rows})) AS later
)
SELECT month = $first, count(*), count(*), list(key) FILTER (again) FROM placed GROUP BY month ORDER BY month
