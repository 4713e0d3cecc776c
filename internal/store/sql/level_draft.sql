create temporary table level_draft (_ord bigint, wkb bytea) on commit drop
