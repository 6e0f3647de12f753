//go:build tools

// Package tools names what scripts/pulumi_cli.py builds from this module, so that go.sum pins it.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
