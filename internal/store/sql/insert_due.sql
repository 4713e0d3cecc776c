insert into maille.calendar (frequency, schedule, datasets, next_at, last_at)
values ($1, $2, $3, $4, $5)
