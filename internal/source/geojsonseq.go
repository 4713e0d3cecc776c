package source

import (
	"bufio"
	"bytes"
	"io"
)

// featureLines decodes a GeoJSON text sequence (RFC 8142), or a Feature a line as many programs write it.
type featureLines struct {
	*lines
	*flat
}

const recordSeparator = 0x1e // RFC 7464 §2.1: goes before each text, which may then hold line breaks

func openGeoJSONSeq(p *plan, f file, in *text) (decoder, error) {
	in.limit = longestFeature
	l := &lines{file: f, in: in, r: bufio.NewReaderSize(in, chunk), after: 1, mark: '\n'}
	if head := bytes.TrimLeft(in.head, " \t\r\n"); len(head) > 0 && head[0] == recordSeparator {
		l.mark = recordSeparator
	}
	return &featureLines{l, flatten(p, f)}, nil
}

func (s *featureLines) next(rec *record) error {
	raw, err := s.lines.object()
	if err == io.EOF {
		return s.never(s.lines.rows)
	}
	if err != nil {
		return err
	}
	if wrong := s.feature(raw, rec); wrong != "" {
		return s.refuse("lines."+wrong, "line", s.line)
	}
	rec.line = s.line
	return nil
}
