package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"maille/datasets"
	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/indicator"
	"maille/internal/schedule"
	"maille/internal/serve"
	"maille/schemas"
)

// config is what an operator decides: a profile, then maille.toml, then the environment, then flags; the later wins.
type config struct {
	settings
	file     string
	profile  string
	logs     string
	database string // a real server; "" for a private cluster
	exports  int64  // bytes on disk that exports under way may take; 0 for the usual
}

// content is what an instance publishes, and all that a profile may say.
type content struct {
	Title       string              `toml:"title"`
	Description string              `toml:"description"`
	Sources     map[string][]places `toml:"sources"` // dataset: where each of its resources really is

	Perimeters map[string]perimeter `toml:"perimetres"`
	Schedule   schedule.Rules       `toml:"schedule"`     // when a frequency, or a dataset, is looked at, in place of the usual dates
	Territory  []string             `toml:"departements"` // codes; rows of communes elsewhere are left out. All of France unless said
}

// settings are the keys of maille.toml.
type settings struct {
	content
	Profile  string   `toml:"profile"`
	BaseURL  string   `toml:"base_url"`
	Listen   string   `toml:"listen"`
	Metrics  string   `toml:"metrics_listen"` // where /metrics answers, and nothing else does; among the other paths unless said, on a loopback address only
	Data     string   `toml:"data"`
	Datasets string   `toml:"datasets"`
	Mirror   []string `toml:"mirror"`
	Database string   `toml:"database_url"`
	Exports  string   `toml:"exports_room"`
	Objects  string   `toml:"files"` // where files are kept: s3://bucket/prefix?endpoint=…&region=…, or file:folder; the data folder unless said

	Publisher catalog.Publisher `toml:"publisher"` // who answers for the instance, in citations and catalogues; its title unless said
	DOI       catalog.DOIs      `toml:"doi"`       // of a release, of a dataset, or of release/dataset

	Basemap *serve.Basemap `toml:"fond"` // under the data of maps; none unless said, so that pages ask nothing of others
}

func (c *config) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&c.file, "config", "maille.toml", "configuration file; it may be absent")
	f.StringVar(&c.profile, "profile", "", `which sources: essonne-demo (bundled sample), france, or a .toml file (default "essonne-demo")`)
	f.StringVar(&c.Data, "data", "", `folder of the private cluster and of the files (default ".maille")`)
	f.StringVar(&c.Datasets, "datasets", "", "folder of more descriptors: <id>.json, <id>.sql, schemas/<file>.json")
	f.StringArrayVar(&c.Mirror, "mirror", nil, "folder that stands for the network (see maille bundle); repeat it for several, the first that has a file is taken")
	f.StringVar(&c.logs, "log", "text", "form of the log: text or json")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return c.load(cmd) }
}

// load reads the profile and the file under what flags and the environment said.
func (c *config) load(cmd *cobra.Command) error {
	said := c.settings
	if c.logs != "text" && c.logs != "json" {
		return usageError{fmt.Errorf("--log: %q is no form of the log; text and json are", c.logs)}
	}
	file := settings{}
	if err := readTOML(c.file, &file, !cmd.Flags().Changed("config")); err != nil {
		return err
	}
	profile := content{}
	name := first(c.profile, os.Getenv("MAILLE_PROFILE"), file.Profile, "essonne-demo")
	if err := readProfile(name, &profile); err != nil {
		return err
	}
	c.Title = first(file.Title, profile.Title)
	c.Description = first(file.Description, profile.Description)
	c.BaseURL = strings.TrimRight(first(said.BaseURL, os.Getenv("MAILLE_BASE_URL"), file.BaseURL), "/")
	c.Listen = first(said.Listen, os.Getenv("MAILLE_LISTEN"), file.Listen, "127.0.0.1:8080")
	c.Metrics = first(os.Getenv("MAILLE_METRICS_LISTEN"), file.Metrics)
	c.Data = first(said.Data, os.Getenv("MAILLE_DATA"), file.Data, ".maille")
	c.Datasets = first(said.Datasets, os.Getenv("MAILLE_DATASETS"), file.Datasets)
	c.Mirror = firstList(said.Mirror, filepath.SplitList(os.Getenv("MAILLE_MIRROR")), file.Mirror)
	if c.Objects = first(os.Getenv("MAILLE_FILES"), file.Objects); !strings.HasPrefix(c.Objects, "s3:") && !strings.HasPrefix(c.Objects, "file:") && c.Objects != "" {
		return fault.New(fault.Invalid, "files: %q is neither file:folder nor s3://bucket/prefix?endpoint=https://s3.example.fr&region=fr-par", c.Objects).About("files")
	}
	c.database = first(os.Getenv("MAILLE_DATABASE_URL"), file.Database)
	var err error
	if c.exports, err = parseSize("exports_room", file.Exports); err != nil {
		return err
	}
	c.Publisher, c.DOI = file.Publisher, file.DOI
	if err := errors.Join(c.Publisher.Check(), c.DOI.Check()); err != nil {
		return err
	}
	c.Sources = profile.Sources
	if c.Sources == nil {
		c.Sources = map[string][]places{}
	}
	for dataset, places := range file.Sources {
		c.Sources[dataset] = places
	}
	c.Schedule = schedule.Rules{}
	maps.Copy(c.Schedule, profile.Schedule)
	maps.Copy(c.Schedule, file.Schedule)
	if err := c.Schedule.Check(); err != nil {
		return err
	}
	if err := c.setPerimeters(profile.Perimeters, file.Perimeters); err != nil {
		return err
	}
	if c.Territory = firstList(file.Territory, profile.Territory); len(c.Territory) > 0 {
		if err := checkTerritory(c.Territory); err != nil {
			return err
		}
	}
	if c.Basemap = file.Basemap; c.Basemap != nil {
		if err := c.Basemap.Check(); err != nil {
			return err
		}
	}
	return c.checkURL()
}

var departementCode = regexp.MustCompile(`^(?:0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-8]|98[4-9])$`)

func checkTerritory(codes []string) error {
	for _, code := range codes {
		if !departementCode.MatchString(code) {
			return fault.New(fault.Invalid, "departements: %q is not the code of a département, such as 91, 2A or 974", code).About("departements")
		}
	}
	return nil
}

func (c *config) checkURL() error {
	if c.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fault.New(fault.Invalid, "base_url: %q is not an address such as https://data.example.fr", c.BaseURL).About("base_url")
	}
	return nil
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func firstList(lists ...[]string) []string {
	for _, list := range lists {
		if len(list) > 0 {
			return list
		}
	}
	return nil
}

func readProfile(name string, into *content) error {
	if strings.HasSuffix(name, ".toml") {
		return readTOML(name, into, false)
	}
	text, err := fs.ReadFile(datasets.Files, "profiles/"+name+".toml")
	if err != nil {
		return fault.New(fault.Invalid, "no profile is named %q: essonne-demo and france are; or name a .toml file", name).About("profile")
	}
	return parseTOML(name, string(text), into)
}

func readTOML(path string, into any, mayBeAbsent bool) error {
	text, err := os.ReadFile(path)
	if mayBeAbsent && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.New(fault.Invalid, "the configuration %s cannot be read: %s", path, err).About(path)
	}
	return parseTOML(path, string(text), into)
}

func parseTOML(name, text string, into any) error {
	meta, err := toml.Decode(text, into)
	if err != nil {
		return fault.New(fault.Invalid, "%s: %s", name, err).About(name)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fault.New(fault.Invalid, "%s: unknown key %s", name, unknown[0]).About(name)
	}
	return nil
}

// registry reads the embedded descriptors and the operator's own, and holds the sources to them.
func (c *config) registry() (*dataset.Registry, error) {
	files := []dataset.Files{{Datasets: datasets.Files, Schemas: schemas.Files}}
	if c.Datasets != "" {
		own := os.DirFS(c.Datasets)
		if _, err := fs.Stat(own, "."); err != nil {
			return nil, fault.New(fault.Invalid, "the folder %s cannot be read", c.Datasets).About("datasets").Because(err)
		}
		files = append(files, dataset.Files{Datasets: own, Schemas: overlay{os.DirFS(filepath.Join(c.Datasets, "schemas")), schemas.Files}})
	}
	r, err := dataset.Load(files...)
	if err != nil {
		return nil, err
	}
	for _, d := range r.All() {
		err = errors.Join(err, indicator.Check(d))
	}
	if err != nil {
		return nil, err
	}
	r.Keep(c.Territory)
	if err := c.Schedule.CheckNames(r); err != nil {
		return nil, err
	}
	for name, places := range c.Sources {
		d := r.Get(name)
		if d == nil || len(places) > len(d.Resources) {
			return nil, fault.New(fault.Invalid, "sources.%s: %s", name, wrongSource(d)).About("sources." + name)
		}
	}
	return r, nil
}

func wrongSource(d *dataset.Dataset) string {
	if d == nil {
		return "no dataset has this name"
	}
	return "more places than the dataset has resources"
}

// overlay looks a file up in one place, then in the next.
type overlay []fs.FS

func (o overlay) Open(name string) (fs.File, error) {
	for _, files := range o[:len(o)-1] {
		if f, err := files.Open(name); err == nil {
			return f, nil
		}
	}
	return o[len(o)-1].Open(name)
}

func (c *config) logger(cmd *cobra.Command, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if c.logs == "json" {
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), options))
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), options))
}
