// Package fault knows the kinds of failure, and wraps errors with a trail.
//
// An error has three readers, and they never mix: machines read its [Kind], operators read its trail
// ([Wrap], printed by Error), people read its sentence ([Message]).
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Kind says what a machine should do about a failure.
type Kind uint8

const (
	Internal     Kind = iota // a defect or an unforeseen state: the operator reads the log
	Invalid                  // the request or a command's arguments are wrong
	NotFound                 // no such thing, and there never was
	Unacceptable             // the thing is there, in none of the forms that are asked for
	Gone                     // the thing existed and was withdrawn
	Refused                  // a producer's data are wrong; what stood before still stands
	Unavailable              // a resource is missing or busy now; the same call may go through later
	Canceled                 // the caller left
)

var kindNames = [...]string{"internal", "invalid", "not-found", "unacceptable", "gone", "refused", "unavailable", "canceled"}

func (k Kind) String() string { return kindNames[k] }

// Error is a failure that a person may read.
type Error struct {
	Kind    Kind
	Subject string // what is wrong: a parameter, a file, a key, a dataset; may be empty
	Message string // one sentence for people, without the trail
	Cause   error  // may be nil; never shown to people
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

func (e *Error) Unwrap() error { return e.Cause }

// New makes a failure of a kind with a sentence for people.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// About names the subject of the failure and returns it.
func (e *Error) About(subject string) *Error { e.Subject = subject; return e }

// Because keeps the error that led here and returns the failure.
func (e *Error) Because(cause error) *Error { e.Cause = cause; return e }

// Wrap adds one step to the trail of *err when it is not nil. Use it as the first line of a function:
//
//	defer fault.Wrap(&err, "store.Seal %s", dataset)
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}

// KindOf finds the kind of an error; errors that carry none are Internal, or Canceled when the caller left.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return Unavailable
	}
	return Internal
}

// Message is the sentence for people: that of the first Error in the chain, or a plain one that hides what is inside.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	switch KindOf(err) {
	case Canceled:
		return "the caller left"
	case Unavailable:
		return "the time allowed for this ran out"
	}
	return "something failed inside"
}

// Subject is what the first Error in the chain is about, or "".
func Subject(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Subject
	}
	return ""
}
