// Package schemas holds the Table Schemas of the datasets.
package schemas

import "embed"

//go:embed *.json
var Files embed.FS
