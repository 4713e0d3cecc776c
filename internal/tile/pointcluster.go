package tile

import "maille/internal/fault"

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
func (c *cluster) join(r *record, columns []column) error {
	if c.count == 1 {
		if c.sums == nil {
			c.sums = make([]sum, len(columns))
		}
		for i := range c.sums {
			c.sums[i].clear()
		}
		if err := c.sum(c.values, columns); err != nil {
			return err
		}
	}
	c.count++
	c.sumX += uint64(r.x)
	c.sumY += uint64(r.y)
	return c.sum(r.values, columns)
}

func (c *cluster) sum(values []byte, columns []column) error {
	for i := range columns {
		value, rest := cut(values)
		values = rest
		if columns[i].summed && !c.sums[i].add(value) {
			return fault.New(fault.Refused, "the sum of %s in a tile is beyond what 64 bits hold", columns[i].Name)
		}
	}
	return nil
}

func (c *cluster) meanOf(sum uint64) uint64 { return (sum + c.count/2) / c.count }
