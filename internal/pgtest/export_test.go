package pgtest

import (
	"context"
	"errors"
)

// Clone makes a database as New does, and drops it.
func Clone(ctx context.Context, key string, migrate func(context.Context, string) error) error {
	s, err := shared()
	if err != nil {
		return err
	}
	name := s.prefix() + "0"
	if err := s.clone(ctx, name, key, migrate); err != nil {
		return err
	}
	return s.drop(ctx, name)
}

// Sweep does what the start of another process does on the server.
func Sweep(ctx context.Context) error {
	s, err := shared()
	if err != nil {
		return err
	}
	other, err := enrol(ctx, s.admin.String())
	if err != nil {
		return err
	}
	return errors.Join(other.sweepTemplates(ctx), other.alive.Close(ctx))
}

// Template is the name of the template of a key.
var Template = templateName

// New is clone, with a template of the test's own.
var New = clone
