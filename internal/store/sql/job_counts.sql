select kind, state::text, count(*), min(scheduled_at)
from river.river_job
group by kind, state
order by kind, state
