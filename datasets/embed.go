// Package datasets holds the descriptors, their SQL, the instance profiles and the bundled sample.
package datasets

import "embed"

//go:embed *.json *.sql echantillon profiles
var Files embed.FS
