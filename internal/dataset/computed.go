package dataset

import "regexp"

var semver = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// checkComputed holds what can be said of a computed dataset without its method, which knows its own parameters.
func (l *loader) checkComputed(d *Dataset, where string) {
	c := d.Computed
	if c == nil {
		return
	}
	if len(c.From) == 0 {
		l.problem(where, "computed.from", "names no dataset")
	}
	if c.By == "" {
		l.problem(where, "computed.by", "is missing")
	}
	if !semver.MatchString(c.Method) {
		l.problem(where, "computed.method", "%q is no version such as 1.0.0", c.Method)
	}
}
