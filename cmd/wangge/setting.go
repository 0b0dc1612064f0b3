package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

type settingCmd struct {
	Show settingShowCmd `cmd:"" help:"Print the settings in force."`
	Set  settingSetCmd  `cmd:"" help:"Change one setting, for instance: code_scheme '\"free\"', near_m 20, load_weights '{\"households\":1,\"hazard\":20}'."`
}

type settingShowCmd struct{}

// Run prints the settings as JSON.
func (settingShowCmd) Run(ctx context.Context, all *cli) error {
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(settings)
}

type settingSetCmd struct {
	Key   string `arg:"" help:"Its name, as “wangge setting show” has it."`
	Value string `arg:"" help:"Its new value as JSON."`
}

// Run changes one setting.
func (c *settingSetCmd) Run(ctx context.Context, all *cli) error {
	var value any
	if err := json.Unmarshal([]byte(c.Value), &value); err != nil {
		return fmt.Errorf("the value %s is not JSON: text needs quotes, as in '\"free\"'", c.Value)
	}
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Set(ctx, operator(), c.Key, value)
}
