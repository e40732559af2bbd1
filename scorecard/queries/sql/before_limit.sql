-- Days left until the limit with the rows of each; looked at are the last $width, beside them the twice as many before. Rows without a
-- limit are in neither.
WITH unit AS (
    SELECT range AS days_left FROM range(3 * $width) UNION ALL SELECT NULL
), placed AS (
    SELECT {key} AS key, date_diff('day', {clock}::DATE, ({of}::DATE + to_months($months) + to_days($days))::DATE) AS days_left
    FROM ({rows})
)
SELECT unit.days_left < $width, 1, 1, list(key) FILTER (key IS NOT NULL)
FROM unit LEFT JOIN placed ON unit.days_left IS NOT DISTINCT FROM placed.days_left GROUP BY unit.days_left ORDER BY unit.days_left
