select status, max(at) from maille.attempt group by status
