package pipeline

import (
	"context"
	"strings"
	"time"

	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

// journal remembers what came of a publication, for people to read: neither paths nor what is inside. It works when the
// caller's context is over; when the database is away, the log alone knows.
func (p *Pipeline) journal(ctx context.Context, m *release.Manifest, published bool, failure error) {
	a := release.Attempt{At: p.Now().UTC(), Status: release.Unchanged}
	switch {
	case failure != nil:
		a.Status, a.Dataset, a.Reason = p.told(failure)
	case published:
		a.Status = release.Published
	}
	if m != nil {
		a.Release = m.Release
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := p.DB.SaveAttempt(ctx, a); err != nil {
		p.Log.Warn("the publication's outcome is not remembered", "status", a.Status, "error", err)
	}
}

// told says in French why a publication failed. A refusal is written to be read; of other errors people are told the kind.
func (p *Pipeline) told(failure error) (status, dataset, reason string) {
	if fault.KindOf(failure) == fault.Refused {
		if name := fault.Subject(failure); p.Registry.Get(name) != nil {
			dataset = name
		}
		reason, _, _ = strings.Cut(fault.Message(failure), wayOn()) // the public has no command to run
		return release.Refused, dataset, reason
	}
	return release.Failed, "", texts.Say(cause(failure), "view", fault.Subject(failure))
}

func cause(failure error) string {
	switch {
	case noRoom(failure):
		return "attempt.full"
	case strings.HasPrefix(fault.Subject(failure), "opendata."):
		return "attempt.views"
	case fault.Subject(failure) == store.Overtaken:
		return "attempt.overtaken"
	case fault.KindOf(failure) == fault.Unavailable:
		return "attempt.unavailable"
	case fault.KindOf(failure) == fault.Canceled:
		return "attempt.interrupted"
	}
	return "attempt.failed"
}
