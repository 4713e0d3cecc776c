package serve

import (
	"maille/internal/schema"
	"maille/internal/tile"
)

// propertiesSchema describes the fields of a layer (OGC 17-083r4, propertiesSchema.json).
func propertiesSchema(l *tile.LayerInfo) map[string]any {
	properties := map[string]any{}
	for i := range l.Fields {
		f := &l.Fields[i]
		p := map[string]any{"title": f.Title, "type": string(f.Type)}
		if f.Type == schema.Date {
			p["type"], p["format"] = "string", "date"
		}
		if f.Unit != "" {
			p["uom"] = f.Unit
		}
		properties[f.Name] = p
	}
	return map[string]any{"type": "object", "properties": properties}
}
