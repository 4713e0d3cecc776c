package source

import "io"

// watched remembers the first failure of the file itself, which libraries hide in errors of their own.
type watched struct {
	*whole
	failed error
}

func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.whole.ReadAt(p, off)
	if err != nil && err != io.EOF && w.failed == nil {
		w.failed = err
	}
	return n, err
}

// begin reads the first bytes, and refuses what is a page, a text or nothing.
func (f file) begin(in *whole) ([]byte, error) {
	head := make([]byte, headSize)
	n, err := in.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return head[:n], f.sniff(head[:n])
}
