-- Appointments up to the last day of the slice by administrator, whose names are private and are not selected.
-- needs bankruptcies: case_type administrator appointed_on terminated_on evaluated_on
SELECT row_number() OVER (ORDER BY administrator), count(*),
       count(*) FILTER (terminated_on IS NULL OR terminated_on > $last),
       count(*) FILTER (terminated_on <= $last),
       count(*) FILTER (terminated_on <= $last AND evaluated_on <= $last)
FROM {bankruptcies}
WHERE case_type = '破' AND administrator IS NOT NULL AND appointed_on <= $last
GROUP BY administrator ORDER BY administrator
