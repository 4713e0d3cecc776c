delete from maille.calendar
