select s.key, c.col, c.digest from maille.erased_cell c cross join maille.secret s where c.dataset = $1 and c.col <> ''
