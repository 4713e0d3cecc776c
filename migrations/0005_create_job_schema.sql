-- +goose Up
-- Jobs live apart, in tables that are those of River, which makes and changes them itself: maille migrate has it do so after this.
create schema river;
grant usage on schema river to maille_server; -- counts of jobs are among the metrics
alter default privileges in schema river grant select on tables to maille_server;
