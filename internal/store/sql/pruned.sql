-- The versions that have no table any more.
select dataset || '@' || id from maille.version where pruned_at is not null order by 1
