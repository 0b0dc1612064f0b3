package main

import (
	"context"
	"fmt"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/grid/synth"
)

type synthCmd struct {
	Dir    string `arg:"" help:"Folder to write into; made if absent." type:"path"`
	Grids  int    `help:"Number of base grids, 60 to 1,000,000." default:"500"`
	Places int    `help:"Number of places of all kinds; 40 a grid when 0."`
	Plain  bool   `help:"Do not gzip the files."`
	Seed   uint64 `help:"The same seed gives the same city." default:"1"`
}

// Run writes a file a layer.
func (c *synthCmd) Run(_ context.Context) error {
	city, err := synth.New(synth.Config{Seed: c.Seed, Grids: c.Grids, Places: c.Places})
	if err != nil {
		return err
	}
	bar := newProgress("synth")
	err = synth.WriteFiles(c.Dir, city, !c.Plain, func(layer string, rows int64) { bar.step(fmt.Sprintf("%s, %d rows", layer, rows), 0, 0) })
	bar.done()
	if err != nil {
		return err
	}
	fmt.Printf("wrote %s, %d grids; read it into an empty database with: wangge import --crs wgs84 %s/*\n", city.Name(), c.Grids, c.Dir)
	return nil
}

// importSynthetic puts a synthetic city into an empty database, through the same import that reads files.
func importSynthetic(ctx context.Context, s *store.Store, config synth.Config, progress func(intake.Progress)) (intake.Summary, error) {
	city, err := synth.New(config)
	if err != nil {
		return intake.Summary{}, err
	}
	var sources []intake.Source
	for layer, records := range city.Layers() {
		sources = append(sources, intake.Source{Layer: layer.Name, Name: "synthetic " + layer.Name, Records: records})
	}
	return intake.Run(ctx, intake.Config{Store: s, Actor: operator(), CRS: crs.WGS84, Sources: sources, Progress: progress})
}
