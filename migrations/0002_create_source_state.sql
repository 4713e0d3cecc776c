-- +goose Up
-- How the resources of each dataset fare from run to run. Unlike a load, which is history, a row here is the present.
create table maille.source_state (
    dataset       text        not null,
    resource      integer     not null,
    place         text        not null,             -- where it was last looked for first, without secrets
    last_good     timestamptz,                      -- when it was last fetched for a version that stood; null when it never was
    failing_since timestamptz,                      -- when it first could not be fetched, or was refused; null while it is good
    reason        text        not null default '',  -- why, in French, without the machine's folders
    columns       jsonb       not null default '[]', -- of the last good file, in its order
    kinds         jsonb       not null default '{}', -- column of the schema: what its cells looked like
    primary key (dataset, resource)
);

-- Files of one name in two folders are shown alike: this SHA-256 of the place tells them apart.
alter table maille.artefact add column origin text not null default '';
