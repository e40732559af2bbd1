-- Pre-suit mediations that ended in the slice, by outcome, and those pending on its last day, as Mediations has them.
-- needs pre_mediations: received_on ended_on outcome filed_on cause_group
WITH received AS (
    SELECT *, ended_on BETWEEN $first AND $last AS ended FROM {pre_mediations}
    WHERE len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], cause_group)
)
SELECT count(*) FILTER (ended AND outcome = '成功'),
       count(*) FILTER (ended AND outcome = '失败' AND filed_on <= $last),
       count(*) FILTER (ended AND outcome = '失败' AND (filed_on IS NULL OR filed_on > $last)),
       count(*) FILTER (ended AND outcome = '撤回'),
       count(*) FILTER (ended AND (outcome IS NULL OR outcome NOT IN ('成功', '失败', '撤回'))),
       count(*) FILTER (received_on <= $last AND (ended_on IS NULL OR ended_on > $last))
FROM received
