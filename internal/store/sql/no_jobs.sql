-- Whether no scheduler ever made its tables.
select to_regclass('river.river_job') is null
