-- Keep the R-tree in step with what is edited (OGC 12-128r18 F.3). In place of t, c and rtree stand the names of a file;
-- the functions ST_… are those of the program that edits.
create trigger {insert} after insert on {t}
when new.{c} notnull and not ST_IsEmpty(new.{c})
begin
	insert or replace into {rtree} values (new.{i}, ST_MinX(new.{c}), ST_MaxX(new.{c}), ST_MinY(new.{c}), ST_MaxY(new.{c}));
end;

create trigger {update1} after update of {c} on {t}
when old.{i} = new.{i} and new.{c} notnull and not ST_IsEmpty(new.{c})
begin
	insert or replace into {rtree} values (new.{i}, ST_MinX(new.{c}), ST_MaxX(new.{c}), ST_MinY(new.{c}), ST_MaxY(new.{c}));
end;

create trigger {update2} after update of {c} on {t}
when old.{i} = new.{i} and (new.{c} isnull or ST_IsEmpty(new.{c}))
begin
	delete from {rtree} where id = old.{i};
end;

create trigger {update3} after update on {t}
when old.{i} != new.{i} and new.{c} notnull and not ST_IsEmpty(new.{c})
begin
	delete from {rtree} where id = old.{i};
	insert or replace into {rtree} values (new.{i}, ST_MinX(new.{c}), ST_MaxX(new.{c}), ST_MinY(new.{c}), ST_MaxY(new.{c}));
end;

create trigger {update4} after update on {t}
when old.{i} != new.{i} and (new.{c} isnull or ST_IsEmpty(new.{c}))
begin
	delete from {rtree} where id in (old.{i}, new.{i});
end;

create trigger {delete} after delete on {t}
when old.{c} notnull
begin
	delete from {rtree} where id = old.{i};
end;
