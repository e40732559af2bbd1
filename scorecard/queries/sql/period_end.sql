-- $starts: the first day of each month.
-- The working days of a period with their rows; looked at are the last $width of each month. What happened on a day off counts with
-- the working day before it in its month, else the next. $off: how many days each working day has with the days off after it.
WITH day AS (
    SELECT unnest($days) AS day, unnest($off) AS off
), unit AS (
    SELECT day, off, row_number() OVER (PARTITION BY list_max(list_filter($starts, lambda one: one <= day)) ORDER BY day DESC) <= $width AS looked FROM day
), placed AS (
    SELECT {key} AS key, coalesce(
        (SELECT max(day) FROM day WHERE day <= {clock}::DATE AND list_max(list_filter($starts, lambda one: one <= day)) = list_max(list_filter($starts, lambda one: one <= {clock}::DATE))),
        (SELECT min(day) FROM day WHERE day > {clock}::DATE)
    ) AS day FROM ({rows})
)
SELECT looked, 1, off, list(key) FILTER (key IS NOT NULL) FROM unit LEFT JOIN placed USING (day) GROUP BY day, off, looked ORDER BY day
