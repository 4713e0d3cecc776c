-- The publishers' files of all loads.
select distinct l.dataset, a.sha256 from maille.artefact a join maille.load l on l.id = a.load order by 1, 2
