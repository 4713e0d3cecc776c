-- Objects that are to be deleted. One that a release names again since is spared.
select sha256 from maille.doomed_object order by 1
