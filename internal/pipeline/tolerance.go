package pipeline

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// tolerable refuses a version when more than the declared share of its rows is in error, or none is left. A source may say
// nothing of the territory that is kept; a reference may not, because nothing could be checked against it.
func (r *run) tolerable(read, rejected int64) error {
	reference := slices.Contains([]string{dataset.ReferenceCommunes, dataset.ReferenceContours}, r.d.Publication.Reference)
	if read == 0 && r.passed > 0 && reference {
		return fault.New(fault.Refused, "%s", texts.Say("elsewhere")).About(r.d.Name)
	}
	if read == 0 && (len(r.artefacts) == 0 || r.passed > 0) {
		return nil
	}
	if read == 0 {
		return fault.New(fault.Refused, "%s", texts.Say("empty")).About(r.d.Name)
	}
	share := float64(rejected) / float64(read)
	if share <= r.d.Tolerance() && rejected < read {
		return nil
	}
	first := r.firstError()
	return fault.New(fault.Refused, "%s", texts.Say("tolerance", "rejected", rejected, "read", read, "share", percent(share),
		"most", percent(r.d.Tolerance()), "file", first.File, "line", first.Line, "first", first.Message)).About(r.d.Name)
}

func (r *run) firstError() (first dataset.Issue) {
	for _, i := range r.report.Issues {
		if i.Level == dataset.Error {
			return r.placed(i)
		}
	}
	return first
}

// placed names the file of an issue.
func (r *run) placed(i dataset.Issue) dataset.Issue {
	for _, a := range r.artefacts {
		if a.Resource == i.Resource {
			i.File = a.Place
		}
	}
	return i
}

func (r *run) found() []dataset.Issue {
	for i := range r.report.Issues {
		r.report.Issues[i] = r.placed(r.report.Issues[i])
	}
	return r.report.Issues
}

// percent writes a share for a French reader, to the tenth.
func percent(share float64) string {
	text := fmt.Sprintf("%.1f", math.Round(share*1000)/10)
	return strings.Replace(strings.TrimSuffix(text, ".0"), ".", ",", 1)
}
