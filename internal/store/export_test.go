package store

// Table is the draft's table, quoted.
func (dr *Draft) Table() string { return dr.table }
