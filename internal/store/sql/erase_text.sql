-- Notes a text that was taken out, of so many words, as sentences say it.
insert into maille.erased_cell (dataset, col, digest, erased_at)
values ('', $1, maille.keyed(convert_to($2, 'UTF8')), $3)
on conflict do nothing
