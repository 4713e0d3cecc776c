-- +goose Up
-- What a list of releases says of each: a manifest is a thousand times as long. It is made of the manifest alone, so that it
-- follows when a person's data are taken out.
-- +goose StatementBegin
create function maille.release_summary(manifest jsonb) returns jsonb language sql immutable parallel safe as $$
    select jsonb_build_object(
        'datasets', count(*),
        'rows', coalesce(sum((e ->> 'rows')::bigint), 0),
        'files', coalesce(sum(files.n), 0),
        'bytes', coalesce(sum(files.bytes), 0),
        'versions', coalesce(jsonb_agg((e ->> 'dataset') || '@' || (e ->> 'id') order by e ->> 'dataset'), '[]'),
        'changes', coalesce(jsonb_agg((e -> 'change') || jsonb_build_object('dataset', e -> 'dataset', 'rows', e -> 'rows') order by e ->> 'dataset')
            filter (where e -> 'change' is not null), '[]'),
        'reworded', coalesce(jsonb_agg(e -> 'dataset' order by e ->> 'dataset')
            filter (where e ->> 'since' = manifest ->> 'release' and e ->> 'modified' <> manifest ->> 'published'), '[]'),
        'stale', coalesce(jsonb_agg(e -> 'dataset' order by e ->> 'dataset') filter (where e -> 'stale' is not null), '[]'),
        'sources', coalesce(jsonb_agg(jsonb_build_object('dataset', e -> 'dataset', 'retrieved', read.last, 'vintage', coalesce(read.vintage, '')) order by e ->> 'dataset')
            filter (where read.last is not null), '[]'),
        'withdrawn', coalesce(manifest -> 'withdrawn', '[]'),
        'correction', coalesce(manifest -> 'correction', '""'),
        'erased', coalesce(manifest -> 'erased', '[]'))
    from jsonb_array_elements(manifest -> 'datasets') e
    cross join lateral (
        select count(*) as n, sum((f ->> 'bytes')::bigint) as bytes
        from jsonb_array_elements(case jsonb_typeof(e -> 'files') when 'array' then e -> 'files' else '[]' end) f
    ) files
    cross join lateral (
        select max(a ->> 'retrieved_at') as last, max(a ->> 'vintage' collate "C") as vintage
        from jsonb_array_elements(coalesce(e -> 'artefacts', '[]')) a
    ) read
$$;
-- +goose StatementEnd
alter table maille.release add column summary jsonb not null generated always as (maille.release_summary(manifest)) stored;

-- What each release changed for a commune since the one before, with its first rows: what feeds say.
create table maille.commune_change (
    release text   not null references maille.release (id),
    dataset text   not null,
    commune text   not null,
    added   bigint not null,
    removed bigint not null,
    changed bigint not null,
    rows    jsonb  not null default '[]', -- release.RowChange
    primary key (commune, release, dataset)
);

-- Publications that were tried, the last thousand of each status.
create table maille.attempt (
    id      bigint      generated always as identity primary key,
    at      timestamptz not null,
    status  text        not null check (status in ('published', 'unchanged', 'refused', 'failed')),
    release text        not null default '',
    dataset text        not null default '',
    reason  text        not null default ''
);

-- When groups of datasets are brought up to date: what the scheduler means to do next.
create table maille.calendar (
    frequency text        not null,
    schedule  text        not null, -- datasets of one frequency may have several
    datasets  text[]      not null,
    next_at   timestamptz not null,
    last_at   timestamptz,
    primary key (frequency, schedule)
);

-- A version whose table was dropped: its files remain.
alter table maille.version add column pruned_at timestamptz;

-- What was taken out for a person's sake must not come back with the publisher's next file. A cell is known by a digest
-- keyed with a secret of this database, so that nobody reads here whose it was.
create table maille.secret (
    one boolean primary key default true check (one),
    key bytea not null check (octet_length(key) = 32)
);
insert into maille.secret (key) values (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
revoke all on maille.secret from maille_server;

create table maille.erased_cell (
    dataset   text        not null,
    col       text        not null, -- "" for a whole row, whose id the digest is of
    digest    bytea       not null check (octet_length(digest) = 32), -- HMAC-SHA-256 of the cell, or of an item of a list
    erased_at timestamptz not null,
    primary key (dataset, col, digest)
);
revoke all on maille.erased_cell from maille_server;

-- How many times what was published already was changed: pruned, restored, erased. A server that sees it change forgets what
-- it remembers.
alter table maille.pointer add column edition bigint not null default 0;

-- Objects that are to be deleted though a load names them: a person's data are in them.
create table maille.doomed_object (
    sha256    text        primary key check (sha256 ~ '^[0-9a-f]{64}$'),
    doomed_at timestamptz not null
);

-- HMAC-SHA-256 (RFC 2104) with the secret of this database. Who serves may ask whether a row was erased, and reads no secret.
-- +goose StatementBegin
create function maille.keyed(message bytea) returns bytea language plpgsql stable strict as $$
declare
    inner_pad bytea;
    outer_pad bytea;
begin
    select key || decode(repeat('00', 32), 'hex') into strict inner_pad from maille.secret;
    outer_pad := inner_pad;
    for i in 0..63 loop
        inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # 54);
        outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # 92);
    end loop;
    return sha256(outer_pad || sha256(inner_pad || message));
end
$$;

create function maille.is_erased(dataset_name text, feature_id text) returns boolean language sql stable strict security definer set search_path = pg_catalog as $$
    select exists (select from maille.erased_cell
        where dataset = dataset_name and col = '' and digest = maille.keyed(convert_to(feature_id, 'UTF8')))
$$;
-- +goose StatementEnd
revoke all on function maille.keyed(bytea), maille.is_erased(text, text) from public;
grant execute on function maille.is_erased(text, text) to maille_server;

-- Prune asks of one object at a time whether a load names it.
create index on maille.artefact (sha256);
