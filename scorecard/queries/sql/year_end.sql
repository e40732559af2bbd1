-- $starts: the first day of each month.
-- The months of a year with their rows and working days; looked at is the last.
WITH unit AS (
    SELECT list_max(list_filter($starts, lambda one: one <= day)) AS month, count(*) AS worked FROM (SELECT unnest($days) AS day) GROUP BY month
), placed AS (
    SELECT {key} AS key, list_max(list_filter($starts, lambda one: one <= {clock}::DATE)) AS month FROM ({rows})
)
SELECT month = (SELECT max(month) FROM unit), worked, worked, list(key) FILTER (key IS NOT NULL)
FROM unit LEFT JOIN placed USING (month) GROUP BY month, worked ORDER BY month
