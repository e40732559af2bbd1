-- The tables of a version file beside those of its rows and values, made before they are filled.
CREATE TABLE IF NOT EXISTS seed_file (name VARCHAR, content BLOB);
CREATE TABLE IF NOT EXISTS batch (number INTEGER, table_id VARCHAR, record VARCHAR);
CREATE TABLE IF NOT EXISTS meta (key VARCHAR, value VARCHAR);
CREATE TABLE IF NOT EXISTS table_state (table_id VARCHAR, as_of DATE, rows BIGINT, batches INTEGER, aside BIGINT);
-- The months of each table of which something is known, so that no row in them means none. `clock` is the date by which rows
-- typed one by one tell of the month, empty for what is there on a day, NULL for every date.
CREATE TABLE IF NOT EXISTS table_month (table_id VARCHAR, clock VARCHAR, month BIGINT);
-- What each batch says of each column; the sentence about a column that some batch in the tables is silent of; which rows say
-- nothing of which columns, for what is counted when it is read; the values withheld because of it.
CREATE TABLE IF NOT EXISTS batch_column (
    number INTEGER, table_id VARCHAR, column_name VARCHAR, delivered BOOLEAN, rows BIGINT, known BIGINT, silent BOOLEAN
);
CREATE TABLE IF NOT EXISTS silent_column (table_id VARCHAR, column_name VARCHAR, reason VARCHAR);
CREATE TABLE IF NOT EXISTS silence (
    table_id VARCHAR, columns VARCHAR[], reasons VARCHAR[], batches INTEGER[], only_rows VARCHAR
);
CREATE TABLE IF NOT EXISTS value_doubt (
    indicator VARCHAR, grain VARCHAR, period VARCHAR, department VARCHAR, scope VARCHAR, reason VARCHAR
);
-- Faults in the data for which an indicator must not be judged.
CREATE TABLE IF NOT EXISTS table_fault (table_id VARCHAR, reason VARCHAR);
CREATE TABLE IF NOT EXISTS indicator_doubt (indicator VARCHAR, reason VARCHAR);
-- The rows on each worklist by batch and line; the day by which each list was judged, or the tables it lacks, and what it
-- cannot tell because a column that it reads is silent.
CREATE TABLE IF NOT EXISTS worklist_item (
    worklist VARCHAR, department VARCHAR, due_at TIMESTAMP, state VARCHAR, group_no BIGINT, _batch INTEGER, _line BIGINT
);
CREATE TABLE IF NOT EXISTS worklist_state (worklist VARCHAR, as_of DATE, lacking VARCHAR, unknown VARCHAR[]);
-- Of large tables, for the month that is added next (etl/warehouse/increment.py): the terms that are counted or summed, each with the
-- day it is cut at, and their amounts; `_last` is NULL where a row counts in one month only.
CREATE TABLE IF NOT EXISTS counted_term (term INTEGER, table_id VARCHAR, told VARCHAR, cut DATE);
CREATE TABLE IF NOT EXISTS term_cell (
    term INTEGER, _first BIGINT, _last BIGINT, _department VARCHAR, _firm BOOLEAN, amount DECIMAL(38, 4)
);
