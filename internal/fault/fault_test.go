package fault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"maille/internal/fault"
)

func TestKindAndMessage(t *testing.T) {
	secret := errors.New("password=hunter2")
	for _, c := range []struct {
		name    string
		err     error
		kind    fault.Kind
		message string
	}{
		{"a kind survives its trail", fmt.Errorf("outer: %w", fault.New(fault.NotFound, "no collection %q", "x")), fault.NotFound, `no collection "x"`},
		{"an unknown error shows no text", secret, fault.Internal, "something failed inside"},
		{"a cause is for the log only", fault.New(fault.Unavailable, "the database is away").Because(secret), fault.Unavailable, "the database is away"},
		{"a caller who left", fmt.Errorf("read: %w", context.Canceled), fault.Canceled, "the caller left"},
		{"a deadline", context.DeadlineExceeded, fault.Unavailable, "the time allowed for this ran out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fault.KindOf(c.err); got != c.kind {
				t.Errorf("kind = %v, want %v", got, c.kind)
			}
			if got := fault.Message(c.err); got != c.message {
				t.Errorf("message = %q, want %q", got, c.message)
			}
		})
	}
}

func TestWrapLeavesATrail(t *testing.T) {
	inner := func() (err error) {
		defer fault.Wrap(&err, "store.Seal %s", "communes")
		return fault.New(fault.Refused, "two rows share a key").About("id")
	}
	err := inner()
	if !strings.HasPrefix(err.Error(), "store.Seal communes: ") {
		t.Errorf("trail = %q", err)
	}
	if fault.Subject(err) != "id" {
		t.Errorf("subject = %q", fault.Subject(err))
	}
	var none error
	fault.Wrap(&none, "nothing")
	if none != nil {
		t.Error("Wrap made an error out of nil")
	}
}

func TestTexts(t *testing.T) {
	texts, err := fault.ParseTexts([]byte(`{"type":"« {value} » n'est pas un entier"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := texts.Say("type", "value", "12a"); got != "« 12a » n'est pas un entier" {
		t.Errorf("Say = %q", got)
	}
	if got := texts.Say("absent", "value", 3); !strings.Contains(got, "absent") {
		t.Errorf("an unknown text hides its name: %q", got)
	}
}
