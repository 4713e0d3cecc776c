delete from maille.version where dataset = $1 and id = $2
