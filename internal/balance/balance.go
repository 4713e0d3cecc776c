// Package balance holds the statistics of the balance of an offer: pure functions of plain numbers.
//
// NaN is null, in and out: a unit whose value is NaN, or whose weight is NaN or zero, changes no result, and a result that is not
// defined is NaN, never zero. Results do not depend on the order of units nor on the number of cores; what is drawn by chance comes
// from a seed and the key of the unit.
package balance
