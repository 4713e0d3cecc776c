-- Datasets with a load under way that no living program holds the lock of; locked until the transaction ends.
select dataset
from (select distinct dataset from maille.load where status = 'running') loads
where pg_try_advisory_xact_lock(hashtext('maille.load'), hashtext(dataset))
