package cql2_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"maille/internal/cql2"
	"maille/internal/fault"
	"maille/internal/geo"
)

// FuzzText reads any text: it is refused as the caller's mistake, or prints and reads again the same.
func FuzzText(f *testing.F) {
	for _, x := range examples {
		f.Add(x.text)
	}
	for _, filter := range abstractTests {
		f.Add(filter)
	}
	for _, x := range ofQGIS {
		f.Add(x.text)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		began := time.Now()
		e, err := cql2.ParseText(filter)
		survives(t, e, err)
		if spent := time.Since(began); spent > 2*time.Second {
			t.Errorf("%d bytes took %s", len(filter), spent)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, x := range examples {
		f.Add([]byte(x.json))
	}
	f.Fuzz(func(t *testing.T, filter []byte) {
		began := time.Now()
		e, err := cql2.ParseJSON(filter)
		survives(t, e, err)
		if spent := time.Since(began); spent > 2*time.Second {
			t.Errorf("%d bytes took %s", len(filter), spent)
		}
	})
}

// survives takes what a parser gave through all that may follow.
func survives(t *testing.T, e cql2.Expr, err error) {
	if err != nil {
		if fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "filter" {
			t.Fatalf("%s error: %v", fault.KindOf(err), err)
		}
		return
	}
	printed, document := cql2.AppendText(nil, e), cql2.AppendJSON(nil, e)
	if len(printed) > cql2.MaxLength || len(document) > cql2.MaxLength {
		return // it is longer than what it was read from
	}
	stable(t, e)
	checked, err := cql2.Check(e, fields)
	if err != nil {
		return
	}
	if again, err := cql2.Check(checked, fields); err != nil || !reflect.DeepEqual(cql2.Bare(again), cql2.Bare(checked)) {
		t.Fatalf("%s checked twice: %v", printed, err)
	}
	for _, crs := range geo.OGCCRSs {
		if err := cql2.CheckPositions(checked, crs); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
	}
}

// TestRandomTrees prints and reads again trees of every form, deeper than examples are.
func TestRandomTrees(t *testing.T) {
	for seed := range uint64(3_000) {
		r := &random{rand.New(rand.NewPCG(seed, 2))}
		document := r.condition(4)
		e, err := cql2.ParseJSON([]byte(document))
		if err != nil {
			t.Fatalf("%s: %v", document, err)
		}
		stable(t, e)
		if t.Failed() {
			t.Fatalf("seed %d: %s", seed, document)
		}
	}
}

// random writes CQL2 JSON that is right but for its kinds.
type random struct{ *rand.Rand }

func (r *random) of(all ...string) string { return all[r.IntN(len(all))] }

func (r *random) call(op string, args ...string) string {
	return `{"op":"` + op + `","args":[` + strings.Join(args, ",") + `]}`
}

func (r *random) condition(depth int) string {
	if depth == 0 {
		return r.of(`true`, `{"property":"a"}`, `{"property":"and"}`, `{"op":"f","args":[]}`)
	}
	d := depth - 1
	switch r.IntN(9) {
	case 0:
		return r.call(r.of("and", "or"), r.condition(d), r.condition(d), r.condition(d))
	case 1, 2:
		return r.call("not", r.condition(d))
	case 3:
		return r.call(r.of("=", "<>", "<", ">", "<=", ">="), r.operand(d), r.operand(d))
	case 4:
		return r.call("between", r.operand(d), r.operand(d), r.operand(d))
	case 5:
		return r.call("in", r.operand(d), "["+r.operand(d)+","+r.operand(d)+"]")
	case 6:
		return r.call("isNull", r.operand(d))
	case 7:
		return r.call(r.of("a_equals", "a_contains"), r.list(d), r.list(d))
	}
	return r.call(r.of("like", "s_within", "t_finishedBy"), r.operand(d), r.operand(d))
}

func (r *random) operand(depth int) string {
	if depth == 0 {
		return r.of(`1`, `-2.5`, `1e30`, `"it's \\ \t"`, `""`, `{"property":"é\"b"}`, `{"date":"2026-01-01"}`, `{"timestamp":"2026-01-01T00:00:00.25Z"}`,
			`{"interval":["..",{"property":"date"}]}`, `{"bbox":[1,2,3,4,5,6]}`, `{"type":"Point","coordinates":[-1,2]}`, `{"type":"MultiPoint","coordinates":[]}`)
	}
	d := depth - 1
	switch r.IntN(4) {
	case 0:
		return r.condition(d)
	case 1:
		return r.call(r.of("casei", "g"), r.operand(d))
	}
	return r.call(r.of("+", "-", "*", "/", "%", "div", "^"), r.operand(d), r.operand(d))
}

func (r *random) list(depth int) string {
	if depth == 0 {
		return r.of(`[]`, `["a"]`, `[1,2]`, `{"property":"a"}`, `[[]]`)
	}
	return r.of("["+r.list(depth-1)+"]", "["+r.condition(depth-1)+"]", "["+r.operand(depth-1)+","+r.list(depth-1)+"]")
}
