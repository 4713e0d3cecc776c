-- Points outside the contour of the commune they declare; complement is the distance in metres on the ellipsoid.
select d.ctid as row, d._resource as resource, d._line as line, concat_ws(':', :key_texts) as key, d.:commune as value,
    public.ST_Distance(d.geometry::public.geography, r.reference_contour::public.geography)::text as complement
from :"draft" d
join (select :reference_commune as reference_code, geometry as reference_contour from :"reference") r on r.reference_code = d.:commune
where d.geometry is not null and not public.ST_Covers(r.reference_contour, d.geometry)
