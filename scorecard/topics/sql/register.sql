-- The register over the slice, as DishonestyRegister has it. A listing no longer counts on the day it is removed or expires.
-- needs credit_register: firm_code listed_on left_on removed_on repaired_on relisted_on deletion_reason
WITH listings AS (
    SELECT *, deletion_reason IN ('履行或执行完毕', '和解履行完毕', '申请人同意删除') AS performed,
           $first::DATE - INTERVAL 1 DAY AS eve
    FROM {credit_register}
)
SELECT count(*) FILTER (listed_on <= eve AND (left_on IS NULL OR left_on > eve)),
       count(*) FILTER (listed_on BETWEEN $first AND $last),
       count(*) FILTER (left_on BETWEEN $first AND $last AND left_on = removed_on AND performed),
       count(*) FILTER (left_on BETWEEN $first AND $last AND NOT coalesce(left_on = removed_on AND performed, false)),
       count(*) FILTER (listed_on <= $last AND (left_on IS NULL OR left_on > $last)),
       count(DISTINCT firm_code) FILTER (listed_on <= $last AND (left_on IS NULL OR left_on > $last)),
       count(DISTINCT firm_code) FILTER (repaired_on BETWEEN $first AND $last AND performed),
       count(DISTINCT firm_code) FILTER (
           repaired_on BETWEEN $first AND $last AND performed AND relisted_on <= repaired_on + INTERVAL 12 MONTH
       )
FROM listings
