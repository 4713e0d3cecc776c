select dataset, resource, place, last_good, failing_since, reason, columns::text, kinds::text
from maille.source_state
order by dataset, resource
