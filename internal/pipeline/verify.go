package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"maille/internal/fault"
	"maille/internal/store"
)

// Broken is a file of a release that is not what its manifest says, and how, in French.
type Broken struct {
	store.NamedFile
	Found string
}

// Verify reads every file that a release names, each once, and tells of those that are missing, or have another size or other
// bytes than the manifest says. The error is that of the reading itself: a store that does not answer.
func (p *Pipeline) Verify(ctx context.Context, tell func(Broken)) (files, bytes int64, err error) {
	defer fault.Wrap(&err, "pipeline.Verify")
	named, err := p.DB.NamedFiles(ctx)
	if err != nil {
		return 0, 0, err
	}
	for i := range named {
		bytes += named[i].Bytes
	}
	bar := p.Progress.Step(texts.Say("step.verify"), bytes)
	defer bar.Done()
	for i := range named {
		found, err := p.verify(ctx, &named[i], bar)
		if err != nil {
			return files, bytes, err
		}
		if found != "" {
			tell(Broken{named[i], found})
		}
		files++
	}
	return files, bytes, nil
}

// verify says in French what is wrong with a file; "" when nothing is.
func (p *Pipeline) verify(ctx context.Context, f *store.NamedFile, bar Bar) (found string, err error) {
	defer fault.Wrap(&err, "%s of %s", f.Name, f.Release)
	object, err := p.Blobs.Get(ctx, f.SHA256)
	if fault.KindOf(err) == fault.NotFound {
		return texts.Say("verify.missing"), nil
	}
	if err != nil {
		return "", err
	}
	defer object.Close()
	sum := sha256.New()
	n, err := io.Copy(&meteredWriter{sum, bar}, &interruptible{ctx, object})
	switch {
	case err != nil:
		return "", err
	case n != f.Bytes:
		return texts.Say("verify.size", "bytes", n, "expected", f.Bytes), nil
	case hex.EncodeToString(sum.Sum(nil)) != f.SHA256:
		return texts.Say("verify.sum"), nil
	}
	return "", nil
}

// interruptible is read until its context ends.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}
