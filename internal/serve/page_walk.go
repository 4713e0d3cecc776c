package serve

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// staying adds the parameters that pages alone have.
func (b *itemsBuilder) staying(changes url.Values) url.Values {
	if all := b.asked.Get(allColumns); all != "" {
		changes[allColumns] = []string{all}
		changes.Set("f", offerHTML.name) // the address, given to a program, is still that of a page
	}
	return changes
}

// same is the address of this very page, shown otherwise: of the same release where a rank says where it begins, and with
// the pages that led here.
func (b *itemsBuilder) same(changes url.Values) string {
	if b.p.query.After == 0 {
		return b.href(b.r.base, changes)
	}
	if way := b.way(); len(way) > 0 {
		changes[trail] = []string{strings.Join(way, trailMark)}
		changes.Set("f", offerHTML.name)
	}
	return b.href(b.r.pinned(b.p.entry), changes)
}

// turn makes the addresses of the pages before and after. The rank of a row says where the next page begins, not where
// the one before did: pages carry those that led to them.
func (b *itemsBuilder) turn(body *ItemsPage, seen pass) {
	after, way := b.p.query.After, b.way()
	if seen.more {
		body.Next = b.along(seen.last, append(slices.Clone(way), strconv.FormatInt(after, 10)))
	}
	if after == 0 {
		return
	}
	body.First = b.along(0, nil)
	if n := len(way); n > 0 {
		before, _ := strconv.ParseInt(way[n-1], 10, 64) // digits; those of no rank are too many, and the page says so
		body.Previous = b.along(before, way[:n-1])
	}
}

// along is the address of a page of the same release, and of the way that leads to it.
func (b *itemsBuilder) along(after int64, way []string) string {
	changes := url.Values{"after": nil}
	if after > 0 {
		changes.Set("after", strconv.FormatInt(after, 10))
	}
	if after > 0 && len(way) > 0 {
		changes.Set(trail, strings.Join(way, trailMark))
		changes.Set("f", offerHTML.name)
	}
	return b.href(b.r.pinned(b.p.entry), b.staying(changes))
}

const (
	// mostTrodden bounds how many pages an address remembers: on the way back, the ones before are reached from the first.
	mostTrodden = 40
	trailMark   = "."
)

// way are the ranks after which the pages that led here began, the last one last.
func (b *itemsBuilder) way() []string {
	way := strings.FieldsFunc(b.asked.Get(trail), func(c rune) bool { return c < '0' || c > '9' })
	return way[max(len(way)-mostTrodden, 0):]
}
