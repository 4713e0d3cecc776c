-- +goose Up
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
    frequency text        primary key,
    schedule  text        not null,
    datasets  text[]      not null,
    next_at   timestamptz not null,
    last_at   timestamptz
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
    col       text        not null,
    digest    bytea       not null check (octet_length(digest) = 32), -- HMAC-SHA-256 of the cell, or of an item of a list
    erased_at timestamptz not null,
    primary key (dataset, col, digest)
);
revoke all on maille.erased_cell from maille_server;
