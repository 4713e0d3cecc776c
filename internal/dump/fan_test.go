package dump_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/schema"
)

// written makes a reader that writes a format of features with a geometry.
func written(w io.Writer, format *dump.Format, c *dump.Content) dump.Reader {
	return func(_ context.Context, features dump.Features) error {
		of := *c
		of.Features = features
		_, err := format.Write(w, &of)
		return err
	}
}

// reading is a read of features that are lent one by one.
func reading(all []*dataset.Feature, err error) func(context.Context) dump.Features {
	return func(context.Context) dump.Features { return features(all, err) }
}

// TestFan: every format of one read is, to the byte, what it is of a read of its own.
func TestFan(t *testing.T) {
	if raced {
		t.Skip("TestFanOnAnyNumberOfCores has fewer rows")
	}
	places, few := points(t, 3000)
	zones, all := shapes(t, 700, 90)
	for _, c := range []struct {
		*dataset.Dataset
		features []*dataset.Feature
	}{{places, few}, {zones, all}, {zones, nil}, {places, few[:1]}} {
		formats := dump.Formats(c.Dataset)
		alone, together := make([]bytes.Buffer, len(formats)), make([]bytes.Buffer, len(formats))
		whole := content(c.Dataset, nil)
		whole.Folder = t.TempDir()
		var readers []dump.Reader
		for i, format := range formats {
			if err := written(&alone[i], format, whole)(t.Context(), features(c.features, nil)); err != nil {
				t.Fatal(err)
			}
			readers = append(readers, written(&together[i], format, whole))
		}
		seen := 0
		readers = append(readers, dump.Each(func(f *dataset.Feature) {
			if id := c.ID(f.Values); id != c.ID(c.features[seen].Values) {
				t.Errorf("feature %d is %s", seen, id)
			}
			seen++
		}))
		if err := dump.Fan(t.Context(), reading(c.features, nil), readers...); err != nil {
			t.Fatal(err)
		}
		for i, format := range formats {
			if !bytes.Equal(alone[i].Bytes(), together[i].Bytes()) {
				t.Errorf("%s of %d rows has other bytes among others", format.Name(c.Dataset), len(c.features))
			}
		}
		if seen != len(c.features) {
			t.Errorf("%d features seen of %d", seen, len(c.features))
		}
	}
}

// TestFanOnAnyNumberOfCores: the bytes are the same.
func TestFanOnAnyNumberOfCores(t *testing.T) {
	d, all := points(t, 20_000)
	var before []string
	for _, cores := range []int{1, 4} {
		was := runtime.GOMAXPROCS(cores)
		var sums []string
		var readers []dump.Reader
		whole := content(d, nil)
		whole.Folder = t.TempDir()
		formats := dump.Formats(d)
		hashes := make([]hash.Hash, len(formats))
		for i, format := range formats {
			hashes[i] = sha256.New()
			readers = append(readers, written(hashes[i], format, whole))
		}
		err := dump.Fan(t.Context(), reading(all, nil), readers...)
		runtime.GOMAXPROCS(was)
		if err != nil {
			t.Fatal(err)
		}
		for i, format := range formats {
			sums = append(sums, fmt.Sprintf("%s %x", format.Extension, hashes[i].Sum(nil)))
		}
		if before != nil && !slices.Equal(sums, before) {
			t.Errorf("on %d cores\n%q, on one\n%q", cores, sums, before)
		}
		before = sums
	}
}

// endless are features without end, until they are stopped; the counter says how many there were.
func endless(asked *atomic.Int64) func(context.Context) dump.Features {
	return func(context.Context) dump.Features {
		f := &dataset.Feature{Values: []schema.Value{schema.Text(strings.Repeat("x", 1000))}}
		return func(yield func(*dataset.Feature, error) bool) {
			for yield(f, nil) {
				asked.Add(1)
			}
		}
	}
}

// TestFanEnds: one that fails or panics ends all, whatever the others wait for; the error is its own.
func TestFanEnds(t *testing.T) {
	cause := errors.New("the disk is full")
	slow := func(_ context.Context, features dump.Features) error {
		for _, err := range features {
			if err != nil {
				return fmt.Errorf("told: %w", err)
			}
		}
		return nil
	}
	after := func(n int, do func() error) dump.Reader {
		return func(_ context.Context, features dump.Features) error {
			for range features {
				if n--; n < 0 {
					return do()
				}
			}
			return errors.New("it ended")
		}
	}
	blocked := func(ctx context.Context, _ dump.Features) error { <-ctx.Done(); return ctx.Err() }
	for name, c := range map[string]struct {
		reader dump.Reader
		want   string
	}{
		"fails at once":             {after(0, func() error { return cause }), "the disk is full"},
		"fails late":                {after(100_000, func() error { return cause }), "the disk is full"},
		"panics":                    {after(10, func() error { panic("a defect") }), "panic: a defect"},
		"fails while another waits": {after(5000, func() error { return cause }), "the disk is full"},
	} {
		var asked atomic.Int64
		readers := []dump.Reader{slow, c.reader, slow}
		if strings.Contains(name, "waits") {
			readers = append(readers, blocked)
		}
		err := dump.Fan(t.Context(), endless(&asked), readers...)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("one that %s: %v", name, err)
		}
		if n := asked.Load(); n > 200_000 {
			t.Errorf("one that %s: %d features were read", name, n)
		}
	}
}

// TestFanOfFeaturesThatFail: their error is given, once all were told; so is a panic, and the caller's leaving.
func TestFanOfFeaturesThatFail(t *testing.T) {
	cause := errors.New("the connection broke")
	d, all := points(t, 3000)
	told := 0
	reader := func(_ context.Context, features dump.Features) error {
		for _, err := range features {
			if err != nil {
				told++
				return fmt.Errorf("read: %w", err)
			}
		}
		return nil
	}
	if err := dump.Fan(t.Context(), reading(all, cause), reader); err != cause || told != 1 {
		t.Errorf("%v, told %d times", err, told)
	}
	var b bytes.Buffer
	broken := func(context.Context) dump.Features {
		return func(yield func(*dataset.Feature, error) bool) { yield(all[0], nil); panic("a defect") }
	}
	err := dump.Fan(t.Context(), broken, written(&b, dump.GeoJSON, content(d, nil)))
	if fault.KindOf(err) != fault.Internal || !strings.HasPrefix(err.Error(), "panic: a defect") || bytes.HasSuffix(b.Bytes(), []byte("]}\n")) {
		t.Errorf("%v: %s", err, b.Bytes())
	}
	ctx, leave := context.WithCancel(t.Context())
	var asked atomic.Int64
	err = dump.Fan(ctx, endless(&asked), reader, func(_ context.Context, features dump.Features) error {
		for _, err := range features {
			if leave(); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestFanSaysWhoFailed: features whose reading is ended by a reader's error do not pass for what failed.
func TestFanSaysWhoFailed(t *testing.T) {
	cause := fault.New(fault.Unavailable, "503")
	read := func(ctx context.Context) dump.Features {
		return func(yield func(*dataset.Feature, error) bool) {
			<-ctx.Done()
			yield(nil, ctx.Err())
		}
	}
	if err := dump.Fan(t.Context(), read, func(context.Context, dump.Features) error { return cause }, dump.Each(nil)); err != cause {
		t.Errorf("%v", err)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if err := dump.Fan(ctx, read); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestFanGoesOnWithoutOne: a reader that has enough, as one whose format does not hold the rows, holds up nobody.
func TestFanGoesOnWithoutOne(t *testing.T) {
	_, all := points(t, 50_000)
	n := 0
	enough := func(_ context.Context, features dump.Features) error {
		for range features {
			return nil
		}
		return nil
	}
	if err := dump.Fan(t.Context(), reading(all, nil), enough, dump.Each(func(*dataset.Feature) { n++ }), enough); err != nil || n != len(all) {
		t.Errorf("%d features, %v", n, err)
	}
}

// TestFanIsHeldUp: what one reader has not had yet stays bounded, and large features pass one by one.
func TestFanIsHeldUp(t *testing.T) {
	var asked atomic.Int64
	large := &dataset.Feature{WKB: make([]byte, 24<<20)}
	read := func(context.Context) dump.Features {
		return func(yield func(*dataset.Feature, error) bool) {
			for range 12 {
				if asked.Add(1); !yield(large, nil) {
					return
				}
			}
		}
	}
	had := int64(0)
	err := dump.Fan(t.Context(), read, dump.Each(func(*dataset.Feature) {}), dump.Each(func(*dataset.Feature) {
		had++
		if ahead := asked.Load() - had; ahead > 3 {
			t.Errorf("%d are read while one has %d", asked.Load(), had)
		}
	}))
	if err != nil || had != 12 {
		t.Errorf("%d, %v", had, err)
	}
}
