package main

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"maille/datasets"
	"maille/internal/fault"
	"maille/internal/synthetic"
)

// generateCommand is for tests and benchmarks: an operator has no use for made-up data, so the help does not list it.
func generateCommand() *cobra.Command {
	var m synthetic.Immeubles
	var cog, contours string
	immeubles := &cobra.Command{
		Use:   "immeubles",
		Short: "Write a made-up file of premises in the layout of Arcep's, on the standard output",
		Long: `Write a made-up file of premises in the layout of Arcep's "immeubles", on the standard output. Only the communes are
real: those of the bundled sample, or of the files that --cog and --contours name. The same flags give the same bytes.`,
		Example: `  maille generate immeubles --rows 10000 > immeubles-2026T2.csv
  maille generate immeubles --rows 25000000 --cog geo-api-communes.json --contours communes-1000m.geojson.gz > immeubles-2026T2.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if m.Rows < 0 || m.Outside < 0 || m.Outside > 1 || m.Changed < 0 || m.Changed > 1 {
				return usageError{errors.New("--rows is not negative, --outside and --changed are shares from 0 to 1")}
			}
			if (cog == "") != (contours == "") {
				return usageError{errors.New("--cog and --contours go together")}
			}
			communes, err := realCommunes(cmd, cog, contours)
			if err != nil {
				return err
			}
			return m.Write(cmd.Context(), cmd.OutOrStdout(), communes)
		},
	}
	f := immeubles.Flags()
	f.Int64Var(&m.Rows, "rows", 10_000, "how many rows")
	f.Uint64Var(&m.Seed, "seed", 1, "another seed gives other rows")
	f.Float64Var(&m.Outside, "outside", 0.01, "share of the points that lie outside their commune")
	f.Float64Var(&m.Changed, "changed", 0, "share of the rows whose state is another than without this flag")
	f.StringVar(&cog, "cog", "", "communes in the layout of geo.api.gouv.fr/communes (default the bundled sample)")
	f.StringVar(&contours, "contours", "", "their contours in the layout of Etalab's administrative contours (default the bundled sample)")
	generate := &cobra.Command{Use: "generate", Hidden: true, Short: "Write made-up files for benchmarks", Args: cobra.NoArgs}
	generate.AddCommand(immeubles)
	return generate
}

func realCommunes(cmd *cobra.Command, cog, contours string) ([]synthetic.Commune, error) {
	a, err := openOr(cog, "echantillon/geo-api-communes-91.json")
	if err != nil {
		return nil, err
	}
	defer a.Close()
	b, err := openOr(contours, "echantillon/communes-100m.geojson.gz")
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return synthetic.Communes(cmd.Context(), a, b)
}

func openOr(path, bundled string) (io.ReadCloser, error) {
	var f fs.File
	var err error
	if path == "" {
		f, err = datasets.Files.Open(bundled)
	} else {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "the file %s cannot be read", path).About(path).Because(err)
	}
	return f, nil
}
