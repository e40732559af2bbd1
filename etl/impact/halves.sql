-- The newest month in which the departments of a half do not add up to the court.
SELECT indicator, half, max(period), arg_max(whole, period), arg_max(summed, period)
FROM (
    SELECT indicator, half, period, sum(amount) FILTER (department = $court) AS whole,
           coalesce(sum(amount) FILTER (department <> $court), 0) AS summed
    FROM (
        SELECT indicator, period, department, numerator, denominator FROM candidate.indicator_value
        WHERE grain = 'month' AND scope = 'all'
    ) UNPIVOT (amount FOR half IN (numerator, denominator))
    GROUP BY ALL
)
WHERE whole <> summed GROUP BY 1, 2
