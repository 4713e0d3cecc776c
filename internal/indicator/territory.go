package indicator

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// Territory is what a question is about.
type Territory struct {
	Level Level
	Code  string // "" of the whole instance
	Name  string
}

// String is how addresses write it: 91228, 200056232, 91, region-11, perimetre-sud; "" for the whole instance.
func (t Territory) String() string {
	switch t.Level {
	case Region, Perimetre:
		return string(t.Level) + "-" + t.Code
	}
	return t.Code
}

// named is where the name of a territory of a level is found.
var named = map[Level]struct{ dataset, key string }{
	Commune:     {"communes", "code_insee"},
	EPCI:        {"epci", "code_epci"},
	Departement: {"departements", "code_departement"},
	Region:      {"regions", "code_region"},
	Perimetre:   {"perimetres", "code_perimetre"},
}

// forms tell the level of a bare code; that of a région is not told from that of a département, so it is always named.
var forms = []struct {
	level Level
	form  *regexp.Regexp
}{
	{Commune, regexp.MustCompile(`^[0-9][0-9AB][0-9]{3}$`)},
	{EPCI, regexp.MustCompile(`^[0-9]{9}$`)},
	{Departement, regexp.MustCompile(`^([0-9]{2,3}|2[AB])$`)},
}

// Territory finds a territory by what String writes, or by the name of its level and its code (departement-91). One that is not known
// is NotFound. The code of a commune that died gives the one commune that has its territory; when there are several, the error
// names them.
func (s *Source) Territory(ctx context.Context, text string) (t Territory, err error) {
	defer fault.Wrap(&err, "indicator.Territory")
	if text == "" {
		return Territory{Level: Instance}, nil
	}
	t = readTerritory(text)
	where, ok := named[t.Level]
	if !ok || t.Code == "" || len(t.Code) > longestCode || strings.ContainsRune(t.Code, 0) {
		return Territory{}, unknownTerritory(text)
	}
	if t.Name, err = s.nameOf(ctx, where.dataset, t.Code); err != nil || t.Name != "" {
		return t, err
	}
	if t.Level == Commune {
		return s.successor(ctx, t.Code, text)
	}
	return Territory{}, unknownTerritory(text)
}

// longestCode is more than any code has.
const longestCode = 100

func unknownTerritory(text string) error {
	return fault.New(fault.NotFound, "no territory is %s here; it is a commune (91228), an EPCI (200056232), a département (91), region-11, or perimetre- and its code",
		strconv.Quote(cut(text))).About("territoire")
}

// cut is as much of a stranger's text as is worth repeating.
func cut(text string) string {
	if len(text) > longestCode {
		return strings.ToValidUTF8(text[:longestCode], "") + "…"
	}
	return text
}

// readTerritory reads the level and the code; without a level it is none that is known.
func readTerritory(text string) Territory {
	if level, code, ok := strings.Cut(text, "-"); ok {
		return Territory{Level: Level(level), Code: code}
	}
	for _, f := range forms {
		if f.form.MatchString(text) {
			return Territory{Level: f.level, Code: text}
		}
	}
	return Territory{}
}

// nameOf is the name of the row of a key; "" when there is none.
func (s *Source) nameOf(ctx context.Context, name, key string) (string, error) {
	if s.Dataset(name) == nil {
		return "", nil
	}
	t, err := s.table(ctx, name, dataset.Query{ID: []string{key}, Limit: 1}, "nom")
	if err != nil || len(t.rows) == 0 {
		return "", err
	}
	return t.text(0, "nom"), nil
}

// successor is the commune that has the territory of one whose code died.
func (s *Source) successor(ctx context.Context, code, text string) (Territory, error) {
	next, err := s.followers(ctx, code)
	switch {
	case err != nil:
		return Territory{}, err
	case len(next) == 0:
		return Territory{}, unknownTerritory(text)
	case len(next) == 1:
		return next[0], nil
	}
	var names []string
	for _, n := range next {
		names = append(names, n.Name+" ("+n.Code+")")
	}
	return Territory{}, fault.New(fault.NotFound, "%s is no commune's code any more; its territory is now divided between %s", code, strings.Join(names, ", ")).About("territoire")
}

// followers are the communes that have the territory of a code since its last life as a commune ended, by code; none of a code that
// lives, or never was.
func (s *Source) followers(ctx context.Context, code string) (next []Territory, err error) {
	const passages = "communes-passages"
	if s.Dataset(passages) == nil {
		return nil, nil
	}
	q := dataset.Query{Equal: []dataset.Equal{{Column: "code_ancien", Value: code}, {Column: "nature", Value: "commune"}}}
	t, err := s.table(ctx, passages, q, "debut", "fin", "code_insee", "nom")
	if err != nil {
		return nil, err
	}
	last := t.lastLife()
	for i := range t.rows {
		if last >= 0 && t.life(i) == t.life(last) && !t.value(i, "fin").IsNull() {
			next = append(next, Territory{Level: Commune, Code: t.text(i, "code_insee"), Name: t.text(i, "nom")})
		}
	}
	slices.SortFunc(next, func(a, b Territory) int { return strings.Compare(a.Code, b.Code) })
	return slices.Compact(next), nil
}

// lastLife is a row of the life that began last; of two that began together, of the one that ended last. -1 without any.
func (t *table) lastLife() int {
	last := -1
	for i := range t.rows {
		if last < 0 || later(t.life(i), t.life(last)) {
			last = i
		}
	}
	return last
}

func later(a, b [2]int32) bool { return slices.Compare(a[:], b[:]) > 0 }

// life is when a code began and ended: a day that is not known is before all, an end that has not come after all.
func (t *table) life(i int) [2]int32 {
	began, ended := int32(math.MinInt32), int32(math.MaxInt32)
	if v := t.value(i, "debut"); !v.IsNull() {
		began = v.Days()
	}
	if v := t.value(i, "fin"); !v.IsNull() {
		ended = v.Days()
	}
	return [2]int32{began, ended}
}

// narrowed are the conditions by which datasets of communes have the rows of a territory; none of a perimeter, whose communes are
// chosen by Members.
func (t Territory) narrowed() []dataset.Equal {
	where, ok := named[t.Level]
	if !ok || t.Level == Perimetre {
		return nil
	}
	return []dataset.Equal{{Column: where.key, Value: t.Code}}
}
