//go:build tools

// Package tools names what scripts/pulumi_cli.py builds from this module, so that go.sum pins it.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
