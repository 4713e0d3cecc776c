-- +goose Up
-- The fixed tables. Content is immutable and lives in schema data, one table a version; these say what each one is.
create extension if not exists postgis;

create schema maille;   -- this bookkeeping
create schema draft;    -- loads on their way; nothing here is ever served
create schema data;     -- one table per sealed version: data."communes@3f9a1c0b7d2e"
create schema opendata; -- views of the current release, for people who connect to PostGIS directly

-- A version is a dataset's content, named by the hash of its schema and rows.
create table maille.version (
    dataset    text        not null,
    id         text        not null check (id ~ '^[0-9a-f]{12}$'),
    hash       bytea       not null check (octet_length(hash) = 32),
    rows       bigint      not null,
    extent     float8[]    check (array_length(extent, 1) = 4), -- west, south, east, north; null without geometry
    unlocated  bigint      not null, -- rows without geometry, where the dataset has one
    sealed_at  timestamptz not null,
    primary key (dataset, id)
);

-- A load is one run that led to a version, or did not; it owns the lineage.
create table maille.load (
    id          bigint      generated always as identity primary key,
    dataset     text        not null,
    version     text,       -- null until sealed
    status      text        not null check (status in ('running', 'sealed', 'unchanged', 'refused', 'failed')),
    started_at  timestamptz not null,
    ended_at    timestamptz,
    fingerprint text        not null, -- of descriptor, schema and SQL
    descriptor  text        not null, -- as written, so that an old release keeps its own words
    schema      text        not null,
    code        text        not null, -- version of the program
    rows_read   bigint      not null default 0,
    rows_kept   bigint      not null default 0,
    inputs      jsonb       not null default '{}', -- dataset: version
    counts      jsonb       not null default '{}', -- rule: number of issues, all of them
    reason      text,       -- why it was refused or failed
    foreign key (dataset, version) references maille.version (dataset, id)
);
create index on maille.load (dataset, id desc);

create table maille.artefact (
    load          bigint  not null references maille.load on delete cascade,
    resource      integer not null,
    place         text    not null, -- where the instance took it from
    url           text    not null, -- after redirects
    retrieved_at  timestamptz not null,
    last_modified text    not null default '',
    etag          text    not null default '',
    media_type    text    not null default '',
    bytes         bigint  not null,
    sha256        text    not null,
    vintage       text    not null default '',
    licences      text[]  not null default '{}',
    primary key (load, resource)
);

-- What was wrong with producers' rows: the first thousand of each rule; maille.load.counts has the totals.
create table maille.issue (
    load     bigint  not null references maille.load on delete cascade,
    resource integer not null,
    line     bigint  not null,
    key      text    not null default '',
    col      text    not null default '',
    rule     text    not null,
    level    text    not null check (level in ('error', 'warning')),
    message  text    not null
);
create index on maille.issue (load, rule, line);

create table maille.release (
    id           text        primary key check (id ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]+$'),
    seq          bigint      generated always as identity unique,
    published_at timestamptz not null,
    previous     text        references maille.release (id),
    manifest     jsonb       not null
);

-- One row: the release that is served. Publishing is this row's update.
create table maille.pointer (
    one     boolean primary key default true check (one),
    release text references maille.release (id)
);
insert into maille.pointer default values;

-- +goose StatementBegin
-- Roles belong to the whole server: another database may have made them already.
do $$
begin
    if not exists (select from pg_roles where rolname = 'maille_reader') then
        create role maille_reader nologin; -- reads opendata, nothing else
    end if;
    if not exists (select from pg_roles where rolname = 'maille_server') then
        create role maille_server nologin; -- reads what "maille serve" answers from, and writes nothing
    end if;
    if not exists (select from pg_roles where rolname = 'maille_derive') then
        create role maille_derive nologin; -- runs the SQL of derived datasets over the inputs it is shown
    end if;
exception
    when duplicate_object or unique_violation then null; -- made by another database at the same instant
end
$$;
-- +goose StatementEnd

grant maille_reader, maille_server, maille_derive to current_user; -- so that an owner who is no superuser may act as them
grant usage on schema opendata to maille_reader;
grant usage on schema draft to maille_derive;
grant usage on schema maille, data to maille_server;
grant select on all tables in schema maille to maille_server;
alter default privileges in schema maille grant select on tables to maille_server;
alter default privileges in schema data grant select on tables to maille_server;
