-- What an extract of a day knows of the matters in the files of this folder, a view a table. The files hold each matter
-- as it will be once everything has happened, in the order of the extracts; columns beside those of the contract say from
-- which day on others are known. A row is there from the day its matter begins; what happened later is blank.
CREATE MACRO known(since, said) AS CASE WHEN since::DATE <= getvariable('day') THEN said END;

CREATE VIEW cases AS
SELECT * EXCLUDE preserved_on REPLACE (
         known(closed_on, closed_on) AS closed_on, known(closed_on, outcome) AS outcome,
         known(closed_on, appealed) AS appealed, known(closed_on, e_service) AS e_service,
         known(closed_on, announcement_service) AS announcement_service, known(closed_on, hearings) AS hearings,
         known(closed_on, online_hearings) AS online_hearings, known(converted_on, converted_on) AS converted_on,
         coalesce(known(converted_on, procedure), original_procedure) AS procedure,
         known(converted_on, original_procedure) AS original_procedure),
       known(converted_on, true) IS NOT NULL AS converted,
       CASE WHEN case_no LIKE '%民初%' THEN known(preserved_on, true) IS NOT NULL END AS preserved
FROM 'cases.parquet' WHERE filed_on <= getvariable('day');

CREATE VIEW pre_mediations AS
SELECT * REPLACE (
         known(ended_on, ended_on) AS ended_on, known(ended_on, outcome) AS outcome, known(ended_on, video) AS video,
         known(ended_on, confirmation_case_no) AS confirmation_case_no, known(filed_on, filed_on) AS filed_on,
         known(filed_on, filed_case_no) AS filed_case_no, known(document_on, document_on) AS document_on,
         known(enforced_on, enforced_on) AS enforced_on, known(enforced_on, enforcement_case_no) AS enforcement_case_no)
FROM 'pre_mediations.parquet' WHERE received_on <= getvariable('day');

CREATE VIEW enforcement AS
SELECT * EXCLUDE (recovered_on, basis_began_on) REPLACE (
         known(closed_on, closed_on) AS closed_on, known(closed_on, outcome) AS outcome,
         known(closed_on, termination_compliant) AS termination_compliant, known(paid_on, paid_on) AS paid_on,
         known(recovered_on, recovered_yuan) AS recovered_yuan, known(resumed_on, resumed_on) AS resumed_on,
         known(resumed_on, resumed_case_no) AS resumed_case_no, known(basis_began_on, basis_case_no) AS basis_case_no)
FROM 'enforcement.parquet' WHERE filed_on <= getvariable('day');

CREATE VIEW preservation AS
SELECT * EXCLUDE (begun_on, related_on) REPLACE (
         known(ruled_at, ruled_at) AS ruled_at, known(implemented_on, implemented_on) AS implemented_on,
         known(implemented_on, preserved_yuan) AS preserved_yuan, known(objected_on, objected_on) AS objected_on,
         known(objected_on, objection_kind) AS objection_kind, known(related_on, related_case_no) AS related_case_no,
         known(objection_closed_on, objection_closed_on) AS objection_closed_on,
         known(objection_closed_on, objection_result) AS objection_result)
FROM 'preservation.parquet' WHERE begun_on <= getvariable('day');

CREATE VIEW credit_register AS
SELECT * REPLACE (
         known(condition_met_on, condition_met_on) AS condition_met_on, known(condition_met_on, deletion_reason) AS deletion_reason,
         known(repair_applied_on, repair_applied_on) AS repair_applied_on, known(removed_on, removed_on) AS removed_on,
         known(certified_on, certified_on) AS certified_on, known(screened_on, screened_on) AS screened_on,
         known(relisted_on, relisted_on) AS relisted_on)
FROM 'credit_register.parquet' WHERE listed_on <= getvariable('day');

CREATE VIEW bankruptcies AS
SELECT * EXCLUDE own_on REPLACE (
         known(reviewed_on, reviewed_on) AS reviewed_on, known(reviewed_on, review_result) AS review_result,
         known(accepted_on, accepted_on) AS accepted_on, known(accepted_on, accepting_court) AS accepting_court,
         known(own_on, case_no) AS case_no, known(own_on, procedure) AS procedure, known(own_on, fast_track) AS fast_track,
         known(own_on, fast_track_on) AS fast_track_on, known(own_on, converted) AS converted,
         known(own_on, conversion_reason) AS conversion_reason, known(own_on, creditors) AS creditors,
         known(own_on, debts_yuan) AS debts_yuan, known(own_on, assets_yuan) AS assets_yuan,
         known(own_on, assets_clear) AS assets_clear, known(appointed_on, appointed_on) AS appointed_on,
         known(appointed_on, administrator) AS administrator, known(appointed_on, selection) AS selection,
         known(terminated_on, terminated_on) AS terminated_on, known(terminated_on, paid_yuan) AS paid_yuan,
         known(terminated_on, confirmed_claims_yuan) AS confirmed_claims_yuan, known(terminated_on, expenses_yuan) AS expenses_yuan,
         known(terminated_on, common_debts_yuan) AS common_debts_yuan, known(terminated_on, realised_yuan) AS realised_yuan,
         known(evaluated_on, evaluated_on) AS evaluated_on, known(plan_approved_on, plan_approved_on) AS plan_approved_on,
         known(repair_applied_on, repair_applied_on) AS repair_applied_on, known(repair_closed_on, repair_closed_on) AS repair_closed_on)
FROM 'bankruptcies.parquet' WHERE applied_on <= getvariable('day');

CREATE VIEW asset_disposals AS  -- announced three weeks ahead of the first round
SELECT * EXCLUDE shown_from REPLACE (
         known(ended_on, ended_on) AS ended_on, known(ended_on, sold_price_yuan) AS sold_price_yuan,
         known(ended_on, outcome) AS outcome, known(ended_on, cost_yuan) AS cost_yuan, known(paid_on, paid_on) AS paid_on)
FROM 'asset_disposals.parquet' WHERE shown_from <= getvariable('day');

CREATE VIEW online_filings AS
SELECT * REPLACE (known(reviewed_on, reviewed_on) AS reviewed_on, known(reviewed_on, result) AS result)
FROM 'online_filings.parquet' WHERE applied_on <= getvariable('day');

CREATE VIEW work_log AS
SELECT * EXCLUDE issues_closed_on, len(list_filter(issues_closed_on, lambda closed: closed <= getvariable('day'))) AS closed_issues
FROM 'work_log.parquet' WHERE held_on <= getvariable('day');

CREATE VIEW revisits AS
SELECT * EXCLUDE issues_closed_on, len(list_filter(issues_closed_on, lambda closed: closed <= getvariable('day'))) AS closed_issues
FROM 'revisits.parquet' WHERE revisited_on <= getvariable('day');

CREATE VIEW information_reports AS  -- a row a level of adoption; before the first one a row that says 未采用
SELECT * EXCLUDE until
FROM 'information_reports.parquet'
WHERE coalesce(adopted_on, submitted_on) <= getvariable('day') AND (until IS NULL OR until > getvariable('day'));

CREATE VIEW measure_progress AS SELECT * FROM 'measure_progress.parquet' WHERE reported_on <= getvariable('day');
