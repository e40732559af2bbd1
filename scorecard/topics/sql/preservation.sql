-- 诉前 and urgent applications: ruled on in the slice by hours, those over the limit without a ruling, the median of hours.
-- Seconds, because datediff counts boundaries of hours: 48 hours and a minute are late.
-- needs preservation: kind applied_at ruled_at
WITH urgent AS (
    SELECT *, epoch(ruled_at - applied_at) / 3600.0 AS hours FROM {preservation} WHERE kind IN ('诉前', '紧急')
), ruled AS (SELECT hours FROM urgent WHERE ruled_at::DATE BETWEEN $first AND $last)
SELECT (SELECT count(*) FROM ruled WHERE hours <= 24),
       (SELECT count(*) FROM ruled WHERE hours > 24 AND hours <= 48),
       (SELECT count(*) FROM ruled WHERE hours > 48 AND hours <= 120),
       (SELECT count(*) FROM ruled WHERE hours > 120),
       (SELECT count(*) FROM urgent
        WHERE (ruled_at IS NULL OR ruled_at::DATE > $last)
          AND applied_at + INTERVAL 48 HOUR < $last::DATE + INTERVAL 1 DAY),
       (SELECT median(hours) FROM ruled)
