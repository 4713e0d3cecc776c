// Package migrations holds the fixed tables of a Maille database, forward only.
package migrations

import "embed"

//go:embed *.sql
var Files embed.FS
