select maille.is_erased($1, $2)
