package indicator

import "context"

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

// Territory finds a territory by what String writes. One that is not known is NotFound.
func (s *Source) Territory(ctx context.Context, text string) (Territory, error) {
	return Territory{Level: Instance}, nil
}
