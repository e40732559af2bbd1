-- known: the rows of the batches before a place as the last of them has them, without those ruled to be gone before it; carried:
-- whether the batch of this place holds the row again, and then as it has it.
CREATE OR REPLACE TEMP TABLE known AS
SELECT k.place, k.line, k.id, k.shown, k.ended, e.id IS NOT NULL AS carried, {said}
FROM (
    SELECT * FROM held
    WHERE place < {place} AND NOT EXISTS (
        FROM (SELECT unnest(?::VARCHAR[]) AS ruled, unnest(?::INTEGER[]) AS since) WHERE ruled = held.id AND held.place < since
    )
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1
) k
LEFT JOIN (SELECT DISTINCT ON (id) * FROM held WHERE place = {place}) e USING (id)
