-- The publishers' files that loads name; needed are those that the latest load of a dataset stands on, or the release that
-- is served.
select sha256, bool_or(a.load in (
        select max(l.id) from maille.load l where l.status in ('sealed', 'unchanged') group by l.dataset
        union
        select (entry ->> 'load')::bigint
        from maille.pointer p
        join maille.release r on r.id = p.release
        cross join jsonb_array_elements(r.manifest -> 'datasets') entry)) as needed
from maille.artefact a
group by sha256
