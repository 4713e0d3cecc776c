package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"maille/internal/fault"
	"maille/internal/pipeline"
	"maille/internal/pmtiles"
)

func checkCommand(c *config) *cobra.Command {
	var files bool
	cmd := &cobra.Command{
		Use:   "check [archive.pmtiles…]",
		Short: "Check every descriptor, schema and SQL file, without a database or a network; or archives of tiles; or all that was published",
		Long: `Without a file, check every descriptor, schema and SQL file, without a database or a network.

With files, verify that each is a PMTiles v3 archive of Mapbox Vector Tiles 2.1 that holds what it promises. Every directory and
tile is read: places, counts, zooms and bounds; layers, fields and values; geometries, their rings' direction and area, and that
holes are in the box of their outer ring. Whether rings cross, and whether two features of a tile have one id, is not checked.

With --files, read every file that any release names, and say which is missing, or has another size or other bytes than its manifest
says: run it when a backup was restored.`,
		Example: `  maille check
  maille check --datasets my-datasets
  curl -O http://127.0.0.1:8080/d/communes.pmtiles && maille check communes.pmtiles
  maille check --files`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, archives []string) error {
			if files && len(archives) > 0 {
				return usageError{errors.New("--files is about all that was published, and takes no file")}
			}
			if files {
				return c.checkFiles(cmd)
			}
			if len(archives) > 0 {
				return checkArchives(cmd.OutOrStdout(), archives)
			}
			registry, err := c.registry()
			if err != nil {
				return err
			}
			c.advise(c.logger(cmd, slog.LevelWarn), registry)
			all := registry.All()
			derived, computed := 0, 0
			for _, d := range all {
				switch {
				case d.Computed != nil:
					computed++
				case d.Derived != nil:
					derived++
				}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d datasets are well described: %d from sources, %d derived, %d computed; themes: %d\n",
				len(all), len(all)-derived-computed, derived, computed, len(registry.Themes()))
			return nil
		},
	}
	cmd.Flags().BoolVar(&files, "files", false, "read every file that any release names")
	return cmd
}

// checkFiles says in French which published files are not what their manifest says.
func (c *config) checkFiles(cmd *cobra.Command) (err error) {
	in, p, err := working(cmd, c.openStanding)
	if err != nil {
		return err
	}
	defer in.close(&err)
	broken := 0
	files, bytes, err := p.Verify(cmd.Context(), func(b pipeline.Broken) {
		broken++
		fmt.Fprintf(cmd.OutOrStdout(), "%s, %s : %s\n", b.Release, b.Name, b.Found)
	})
	if err != nil {
		return err
	}
	if broken > 0 {
		return fault.New(fault.Refused, "%d of %d published files are broken; maille publish makes those of the current release again, those of former ones come from a backup", broken, files)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d published files are whole: %d bytes\n", files, bytes)
	return nil
}

// checkArchives says in French what each archive has, or what is wrong first.
func checkArchives(out io.Writer, files []string) (all error) {
	for _, name := range files {
		found, err := checkArchive(name)
		if err != nil {
			all = errors.Join(all, err)
			continue
		}
		fmt.Fprintf(out, "%s : %s\n", name, found.Told())
	}
	return all
}

func checkArchive(name string) (*pmtiles.Header, error) {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Invalid, "no file is named %s", name).About(name)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	found, err := pmtiles.Verify(file, info.Size())
	if fault.KindOf(err) == fault.Refused {
		return nil, fault.New(fault.Refused, "%s : %s", name, fault.Message(err)).About(name).Because(err)
	}
	return found, err
}
