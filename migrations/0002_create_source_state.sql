-- +goose Up
-- How the resources of each dataset fare from run to run. Unlike a load, which is history, a row here is the present.
create table maille.source_state (
    dataset       text        not null,
    resource      integer     not null,
    place         text        not null,             -- where it was last looked for first, without secrets
    last_good     timestamptz,                      -- when it was last fetched for a version that stood; null when it never was
    failing_since timestamptz,                      -- when it first could not be fetched; null while it can
    reason        text        not null default '',  -- why not, in French
    columns       jsonb       not null default '[]', -- of the last good file, in its order
    kinds         jsonb       not null default '{}', -- column of the schema: what its cells looked like
    primary key (dataset, resource)
);
