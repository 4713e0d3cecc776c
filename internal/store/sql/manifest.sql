select manifest::text from maille.release where id = $1
