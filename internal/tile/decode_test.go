package tile_test

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/encoding/mvt/vectortile"
)

// decodedFeature is a feature as decoders that are not ours read it; integers are int64.
type decodedFeature struct {
	ID         uint64
	Geometry   orb.Geometry
	Properties map[string]any
}

type decodedLayer struct {
	Name     string
	Features []*decodedFeature
}

// decode reads a tile: its geometry by orb, and the rest by the protocol's generated code, held to the clauses of MVT 2.1
// that both let pass.
func decode(t testing.TB, data []byte) (layers []*decodedLayer) {
	t.Helper()
	var raw vectortile.Tile
	if err := raw.Unmarshal(data); err != nil {
		t.Fatal(err)
	}
	drawn, err := mvt.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for i, l := range raw.Layers {
		if l.GetVersion() != 2 || l.GetExtent() != 4096 || l.GetName() == "" || names[l.GetName()] || len(l.Features) == 0 {
			t.Fatalf("layer %q of version %d has extent %d and %d features", l.GetName(), l.GetVersion(), l.GetExtent(), len(l.Features))
		}
		names[l.GetName()] = true
		layers = append(layers, decodeLayer(t, l, drawn[i]))
	}
	return layers
}

func decodeLayer(t testing.TB, l *vectortile.Tile_Layer, drawn *mvt.Layer) *decodedLayer {
	t.Helper()
	layer := &decodedLayer{Name: l.GetName()}
	values := make([]any, len(l.Values))
	keysUsed, valuesUsed, distinct := map[uint32]bool{}, map[uint32]bool{}, map[string]bool{}
	for i, v := range l.Values {
		values[i] = decodeValue(t, v)
		distinct[fmt.Sprintf("value %T %v", values[i], values[i])] = true
	}
	for _, key := range l.Keys {
		distinct["key "+key] = true
	}
	types := map[string]string{}
	for i, f := range l.Features {
		d := &decodedFeature{ID: f.GetId(), Geometry: drawn.Features[i].Geometry, Properties: map[string]any{}}
		if f.Id != nil && *f.Id == 0 || d.Geometry == nil || len(f.Tags)%2 != 0 {
			t.Fatalf("feature %d: %v", i, f)
		}
		for k := 0; k < len(f.Tags); k += 2 {
			key, value := l.Keys[f.Tags[k]], values[f.Tags[k+1]]
			keysUsed[f.Tags[k]], valuesUsed[f.Tags[k+1]] = true, true
			kind := fmt.Sprintf("%T", value)
			if _, twice := d.Properties[key]; twice || types[key] != "" && types[key] != kind {
				t.Fatalf("%s is %v, before it was %s, or in the same feature", key, value, types[key])
			}
			d.Properties[key], types[key] = value, kind
		}
		layer.Features = append(layer.Features, d)
	}
	if len(keysUsed) != len(l.Keys) || len(valuesUsed) != len(l.Values) || len(distinct) != len(l.Keys)+len(l.Values) {
		t.Fatalf("%d keys of which %d are used, %d values of which %d are used, %d distinct", len(l.Keys), len(keysUsed), len(l.Values), len(valuesUsed), len(distinct))
	}
	return layer
}

func decodeValue(t testing.TB, v *vectortile.Tile_Value) any {
	t.Helper()
	switch {
	case v.StringValue != nil:
		return *v.StringValue
	case v.DoubleValue != nil:
		return *v.DoubleValue
	case v.UintValue != nil:
		return int64(*v.UintValue)
	case v.SintValue != nil:
		return *v.SintValue
	case v.BoolValue != nil:
		return *v.BoolValue
	}
	t.Fatalf("a value of no type of ours: %v", v)
	return nil
}
