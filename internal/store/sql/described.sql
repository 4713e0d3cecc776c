select descriptor, schema from maille.load where id = $1
