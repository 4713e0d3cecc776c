delete from maille.load where id = $1
