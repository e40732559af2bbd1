-- What somebody would write who needs only these figures, only by month and department, only once: the yardstick of
-- the build. One statement; rows are read once per date they are counted by. The bench compares every number of it
-- with the waist. Table `cases` has its derived columns; $as_of is 数据截至, $first_month the first month reported.
WITH closed AS (
  SELECT date_trunc('month', closed_on) AS month, department,
    sum(CASE WHEN case_type = '民初' THEN 1 ELSE 0 END) AS civil,
    sum(CASE WHEN case_type = '民初' AND procedure = '小额诉讼' THEN 1 ELSE 0 END) AS small_claims,
    sum(CASE WHEN case_type = '民初' AND procedure = '小额诉讼' THEN trial_days ELSE 0 END) AS small_claims_days,
    sum(CASE WHEN case_type = '民初' AND procedure = '小额诉讼' AND trial_days IS NOT NULL THEN 1 ELSE 0 END)
      AS small_claims_known,
    sum(CASE WHEN case_type = '民初' AND model_case_no IS NOT NULL AND outcome IN ('调解', '撤诉') THEN 1 ELSE 0 END)
      AS model,
    sum(CASE WHEN case_type = '刑初' AND cause_group = '证券期货犯罪' THEN 1 ELSE 0 END) AS securities_crime,
    sum(CASE WHEN case_type = '民初' AND online_hearings IS NOT NULL AND hearings IS NOT NULL THEN online_hearings
        ELSE 0 END) AS online_hearings,
    sum(CASE WHEN case_type = '民初' AND online_hearings IS NOT NULL AND hearings IS NOT NULL THEN hearings ELSE 0 END)
      AS hearings,
    sum(CASE WHEN case_type IN ('民初', '刑初', '行初') AND limit_on IS NOT NULL THEN 1 ELSE 0 END) AS limited,
    sum(CASE WHEN case_type IN ('民初', '刑初', '行初') AND closed_on <= limit_on THEN 1 ELSE 0 END) AS within_limit,
    sum(CASE WHEN case_type IN ('民初', '刑初', '行初') AND procedure <> '小额诉讼' THEN 1 ELSE 0 END) AS appealable,
    sum(CASE WHEN case_type IN ('民初', '刑初', '行初') AND procedure <> '小额诉讼' AND appealed THEN 1 ELSE 0 END)
      AS appealed,
    sum(CASE WHEN case_type = '民初' AND announcement_service THEN 1 ELSE 0 END) AS announced,
    sum(CASE WHEN case_type = '民初' AND outcome <> '不予受理' THEN 1 ELSE 0 END) AS served,
    sum(CASE WHEN case_type = '民初' AND outcome <> '不予受理' AND e_service THEN 1 ELSE 0 END) AS e_served,
    sum(CASE WHEN case_type IN ('民初', '刑初', '行初') AND firm_related THEN 1 ELSE 0 END) AS firm,
    sum(CASE WHEN case_type = '民初' AND cause_group = '买卖合同' THEN trial_days ELSE 0 END) AS sales_days,
    sum(CASE WHEN case_type = '民初' AND cause_group = '买卖合同' AND trial_days IS NOT NULL THEN 1 ELSE 0 END) AS sales,
    sum(CASE WHEN case_type IN ('民初', '刑初', '行初') THEN 1 ELSE 0 END) AS out_of_stock,
    sum(CASE WHEN case_type IN ('民初', '刑初', '行初') AND closed_on >= over_12m_on THEN 1 ELSE 0 END) AS out_of_old_stock,
    median(CASE WHEN case_type = '民初' AND cause_group IN ('股东权利', '证券期货') THEN trial_days END) AS investor_days
  FROM cases WHERE closed_on <= $as_of GROUP BY ALL
), filed AS (
  SELECT date_trunc('month', filed_on) AS month, department,
    sum(CASE WHEN case_type = '民初' THEN 1 ELSE 0 END) AS civil,
    sum(CASE WHEN case_type = '民初' AND preserved THEN 1 ELSE 0 END) AS preserved,
    sum(CASE WHEN case_type = '民初' AND cause_group = '股东权利' THEN 1 ELSE 0 END) AS shareholder,
    sum(CASE WHEN case_type = '民初' AND cause_group = '买卖合同' THEN filing_days ELSE 0 END) AS sales_days,
    sum(CASE WHEN case_type = '民初' AND cause_group = '买卖合同' AND filing_days IS NOT NULL THEN 1 ELSE 0 END) AS sales,
    sum(CASE WHEN case_type IN ('民初', '刑初', '行初') THEN 1 ELSE 0 END) AS into_stock
  FROM cases WHERE filed_on <= $as_of GROUP BY ALL
), aged AS (
  SELECT date_trunc('month', over_12m_on) AS month, department, count(*) AS into_old_stock
  FROM cases
  WHERE case_type IN ('民初', '刑初', '行初') AND over_12m_on <= $as_of AND (closed_on >= over_12m_on OR closed_on IS NULL)
  GROUP BY ALL
), converted AS (
  SELECT date_trunc('month', small_claims_exit_on) AS month, department, count(*) AS converted
  FROM cases
  WHERE case_type = '民初' AND original_procedure = '小额诉讼' AND converted AND small_claims_exit_on <= $as_of
  GROUP BY ALL
), months AS (
  SELECT month::TIMESTAMP AS month, department
  FROM (SELECT unnest(generate_series($first_month::DATE, $as_of, INTERVAL 1 MONTH)) AS month),
       (SELECT DISTINCT department FROM filed WHERE department IS NOT NULL)
), known AS (
  SELECT m.month, m.department, c.* EXCLUDE (month, department), f.* EXCLUDE (month, department, civil, sales_days, sales),
    f.civil AS filed, f.sales_days AS sales_filing_days, f.sales AS sales_filed, converted, into_old_stock,
    sum(coalesce(into_stock, 0) - coalesce(out_of_stock, 0)) OVER pile AS pending,
    sum(coalesce(into_old_stock, 0) - coalesce(out_of_old_stock, 0)) OVER pile AS old
  FROM (SELECT * FROM months UNION SELECT month, department FROM filed UNION SELECT month, department FROM closed) m
  LEFT JOIN closed c ON c.month = m.month AND c.department = m.department
  LEFT JOIN filed f ON f.month = m.month AND f.department = m.department
  LEFT JOIN aged a ON a.month = m.month AND a.department = m.department
  LEFT JOIN converted v ON v.month = m.month AND v.department = m.department
  WINDOW pile AS (PARTITION BY m.department ORDER BY m.month)
)
SELECT strftime(month, '%Y-%m') AS period, department,
  model, securities_crime, investor_days, online_hearings, hearings, small_claims_days, small_claims_known, preserved, filed,
  old, pending, within_limit, limited, appealed, appealable, coalesce(converted, 0) AS converted,
  coalesce(converted, 0) + coalesce(small_claims, 0) AS ever_small_claims, small_claims, civil, announced, e_served, served,
  firm, shareholder, sales_filing_days, sales_filed, sales_days, sales
FROM known WHERE month >= $first_month::DATE AND month <= $as_of ORDER BY ALL
