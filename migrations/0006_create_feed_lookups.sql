-- +goose Up
-- Of the rows that changed for a commune, how many came from each other one: several communes taken together count them once.
alter table maille.commune_change add column arrived jsonb not null default '{}';

-- The datasets of which a release has something to tell: their rows changed, they went, a person's data were taken out.
-- +goose StatementBegin
create function maille.release_tells(summary jsonb) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct name #>> '{}') filter (where jsonb_typeof(name) = 'string'), '{}')
    from (
        select jsonb_path_query(summary, '$.changes[*].dataset')
        union all select jsonb_path_query(summary, '$.withdrawn[*]')
        union all select jsonb_path_query(summary, '$.erased[*].dataset')
    ) told (name)
$$;
-- +goose StatementEnd
create index on maille.release using gin (maille.release_tells(summary));
create index on maille.release (seq) where previous is null;
