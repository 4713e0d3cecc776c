package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"sync"
)

// version is set by the linker (see Makefile).
var version = "devel"

// buildVersion names the program's build: it is part of every ETag and load, so two builds that answer differently must
// differ. A build between two commits is named by its own bytes too.
var buildVersion = sync.OnceValue(func() string {
	if version != "devel" && !strings.HasSuffix(version, "-dirty") {
		return version
	}
	path, err := os.Executable()
	if err != nil {
		return version
	}
	file, err := os.Open(path)
	if err != nil {
		return version
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return version
	}
	return version + "+" + hex.EncodeToString(h.Sum(nil)[:4])
})
