package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token; it is shown once."`
	List   tokenListCmd   `cmd:"" help:"List the tokens, without their secrets."`
	Revoke tokenRevokeCmd `cmd:"" help:"Make a token useless from now on."`
}

type tokenCreateCmd struct {
	User  string        `arg:"" help:"Name of the user, as the audit log shows it."`
	Role  string        `help:"reader, dispatcher, planner or administrator; with --path reader, and no other." enum:",reader,dispatcher,planner,administrator" default:""`
	Scope string        `help:"Code of the division that it is for, with all below; the whole city without it." placeholder:"DIVISION"`
	Path  bool          `help:"For the path of an address (/t/TOKEN/tiles/…), for GIS clients that cannot send headers: it only reads, and only tiles, features and files."`
	For   time.Duration `help:"How long it is valid, for instance 720h; for ever without it."`
}

// Run prints the new token.
func (c *tokenCreateCmd) Run(ctx context.Context, all *cli) error {
	if c.For < 0 {
		return fmt.Errorf("--for %v: a token cannot have ended before it is made", c.For)
	}
	if c.Role == "" {
		if !c.Path {
			return errors.New("--role is missing: reader, dispatcher, planner or administrator")
		}
		c.Role = grid.RoleReader
	}
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	t := store.Token{User: c.User, Role: c.Role, Scope: c.Scope, InPath: c.Path}
	if c.For > 0 {
		expires := time.Now().Add(c.For)
		t.ExpiresAt = &expires
	}
	secret, _, err := s.CreateToken(ctx, operator(), t)
	if err != nil {
		return err
	}
	fmt.Println(secret)
	return nil
}

type tokenListCmd struct{}

// Run prints a line a token.
func (tokenListCmd) Run(ctx context.Context, all *cli) error {
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(out, "ID\tUSER\tROLE\tSCOPE\tSENT IN\tCREATED\tEXPIRES\tREVOKED")
	if err := s.EachToken(ctx, func(t store.Token) error {
		scope := t.Scope
		if scope == "" {
			scope = "whole city"
		}
		sent := "header"
		if t.InPath {
			sent = "path"
		}
		_, err := fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.User, t.Role, scope, sent, t.CreatedAt.Format(time.DateOnly), day(t.ExpiresAt), day(t.RevokedAt))
		return err
	}); err != nil {
		return err
	}
	return out.Flush()
}

func day(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format(time.DateOnly)
}

type tokenRevokeCmd struct {
	ID int64 `arg:"" help:"Its number in “wangge token list”."`
}

// Run revokes one token.
func (c *tokenRevokeCmd) Run(ctx context.Context, all *cli) error {
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.RevokeToken(ctx, operator(), c.ID); err != nil {
		return err
	}
	fmt.Printf("token %d is of no use from now on\n", c.ID)
	return nil
}
