-- First-instance civil cases closed in the slice: procedure, 结案方式, how many.
-- needs cases: case_type closed_on procedure outcome cause_group
SELECT CASE WHEN procedure IN ('小额诉讼', '简易程序') THEN procedure
            WHEN procedure LIKE '普通程序%' THEN '普通程序'
            WHEN procedure IS NULL THEN '未填'
            ELSE '其他程序' END,
       coalesce(outcome, '未填'),
       count(*)
FROM {cases}
WHERE case_type = '民初' AND closed_on BETWEEN $first AND $last
  AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], cause_group))
GROUP BY ALL
