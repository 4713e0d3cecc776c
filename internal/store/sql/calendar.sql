select frequency, schedule, datasets, next_at, last_at
from maille.calendar
order by next_at, frequency, schedule
