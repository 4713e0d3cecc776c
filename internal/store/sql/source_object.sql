-- Whether loads name a publisher's file, and whether one of them is the latest of its dataset, or the one of the release that is served.
select count(*) > 0, coalesce(bool_or(
        a.load = (select max(l.id) from maille.load l where l.dataset = own.dataset and l.status in ('sealed', 'unchanged'))
        or exists (
            select
            from maille.pointer p
            join maille.release r on r.id = p.release
            cross join jsonb_array_elements(r.manifest -> 'datasets') entry
            where (entry ->> 'load')::bigint = a.load)), false)
from maille.artefact a
join maille.load own on own.id = a.load
where a.sha256 = $1
