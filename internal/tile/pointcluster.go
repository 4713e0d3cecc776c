package tile

// cluster is the records of a cell: the first of them, and what they come to. It is the same in whatever order they come.
type cluster struct {
	record
	count      uint64
	sumX, sumY uint64
	sums       []sum // by column; of one record they are not counted
}

func (c *cluster) start(r *record) {
	values := append(c.values[:0], r.values...)
	c.record = *r
	c.values = values
	c.count, c.sumX, c.sumY = 1, uint64(r.x), uint64(r.y)
}

// join adds a record.
func (c *cluster) join(r *record, columns []column) {
	if c.count == 1 {
		if c.sums == nil {
			c.sums = make([]sum, len(columns))
		}
		for i := range c.sums {
			c.sums[i].clear()
		}
		c.sum(c.values, columns)
	}
	c.count++
	c.sumX += uint64(r.x)
	c.sumY += uint64(r.y)
	c.sum(r.values, columns)
}

// absorb adds another cell, which is of no use then.
func (c *cluster) absorb(other *cluster, columns []column) {
	switch {
	case other.count == 1:
		c.join(&other.record, columns)
	case c.count == 1:
		alone := c.record
		*c = *other
		c.join(&alone, columns)
	default:
		for i := range c.sums {
			c.sums[i].join(&other.sums[i])
		}
		c.count += other.count
		c.sumX += other.sumX
		c.sumY += other.sumY
	}
}

func (c *cluster) sum(values []byte, columns []column) {
	for i := range columns {
		value, rest := cut(values)
		values = rest
		if columns[i].summed {
			c.sums[i].add(value)
		}
	}
}

func (c *cluster) meanOf(sum uint64) uint64 { return (sum + c.count/2) / c.count }
