-- +goose Up
-- A publisher may send the file that was deleted for a person's sake again, each day: its hash stays known, so that it is
-- deleted again.
alter table maille.doomed_object add column deleted_at timestamptz; -- null while it is yet to be
