package quality

import (
	"maps"
	"slices"
	"time"

	"maille/internal/dataset"
	"maille/internal/release"
)

// mostExamples is how many issues of a rule a report shows.
const mostExamples = 10

// issuesOf groups the issues of a load by rule, in alphabetical order; counts are of all, issues those that were kept, in
// the order of the file.
func issuesOf(d *dataset.Dataset, counts map[string]int64, issues []dataset.Issue) Issues {
	all := Issues{Rules: []Rule{}}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		all.Total += counts[name]
		all.Rules = append(all.Rules, ruleOf(d, name, counts[name], issues))
	}
	return all
}

func ruleOf(d *dataset.Dataset, name string, count int64, issues []dataset.Issue) Rule {
	r := Rule{Rule: name, Count: count, Levels: []dataset.Level{}, Examples: []dataset.Issue{}}
	for _, issue := range issues {
		if issue.Rule != name {
			continue
		}
		if !slices.Contains(r.Levels, issue.Level) {
			r.Levels = append(r.Levels, issue.Level)
		}
		if len(r.Examples) < mostExamples {
			r.Examples = append(r.Examples, discreet(d, issue))
		}
	}
	slices.Sort(r.Levels)
	return r
}

// discreet says nothing of what a column of contacts holds: it may be a person's, and the rules of this dataset take it out
// of the rows. A sentence that was written before, or by what knows less of the column, may repeat it.
func discreet(d *dataset.Dataset, issue dataset.Issue) dataset.Issue {
	if d.Publication.Contacts[issue.Column] != "" && issue.Rule != dataset.PersonalContact {
		issue.Message = texts.Say("discreet", "column", issue.Column)
	}
	return issue
}

// sourcesOf are the files of a dataset and of all that it is made of, each place once.
func sourcesOf(lineage []*release.Entry) []Source {
	all, places := []Source{}, map[string]bool{}
	for _, e := range lineage {
		for _, a := range e.Artefacts {
			if places[a.Place] {
				continue
			}
			places[a.Place] = true
			all = append(all, Source{Dataset: e.Dataset, Resource: a.Resource, Place: a.Place, Retrieved: a.RetrievedAt.UTC(), LastModified: a.LastModified,
				Vintage: a.Vintage, Bytes: a.Bytes, SHA256: a.SHA256, StaleSince: staleSince(e, a.Resource)})
		}
	}
	return all
}

// staleSince is when a resource was last fetched that cannot be had any more; zero of one that can.
func staleSince(e *release.Entry, resource int) time.Time {
	for _, s := range e.Stale {
		if s.Resource == resource {
			return s.Since.UTC()
		}
	}
	return time.Time{}
}
