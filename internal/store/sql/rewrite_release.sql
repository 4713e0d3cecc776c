update maille.release set manifest = $2 where id = $1
