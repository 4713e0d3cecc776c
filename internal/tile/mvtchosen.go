package tile

import "encoding/binary"

// chosen are the values of a tile's layer where all values there are have numbers: those of the tile are numbered as they
// come, without being compared.
type chosen struct {
	all     *values
	numbers []uint32 // by value, its number in the tile plus one; 0 when no feature of the tile has it
	used    []uint32 // values, in the order of their numbers
	framed  []byte   // the messages, each as a field of the layer
}

func newChosen(all *values) *chosen {
	return &chosen{all: all, numbers: make([]uint32, len(all.places))}
}

func (c *chosen) reset() {
	for _, v := range c.used {
		c.numbers[v] = 0
	}
	c.used, c.framed = c.used[:0], c.framed[:0]
}

func (c *chosen) number(value uint32) uint32 {
	if c.numbers[value] == 0 {
		c.used = append(c.used, value)
		c.numbers[value] = uint32(len(c.used))
		message := c.all.message(value)
		c.framed = binary.AppendUvarint(append(c.framed, layerValue), uint64(len(message)))
		c.framed = append(c.framed, message...)
	}
	return c.numbers[value] - 1
}
