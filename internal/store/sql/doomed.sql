-- Objects that are yet to be deleted. One that a release names again since is spared.
select sha256 from maille.doomed_object where deleted_at is null order by 1
