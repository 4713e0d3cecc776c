insert into maille.erased_cell (dataset, col, digest, erased_at)
values ($1, '', maille.keyed(convert_to($2, 'UTF8')), $3)
on conflict do nothing
