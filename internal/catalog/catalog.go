// Package catalog knows how releases are told to others: as DCAT, Data Package, feeds, citations, codebooks.
package catalog

import (
	_ "embed"

	"maille/internal/fault"
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)
