// Package datasets holds the descriptors, their SQL, the maps of several of them (themes), the instance profiles and the bundled sample.
package datasets

import "embed"

//go:embed *.json *.sql echantillon profiles themes
var Files embed.FS
