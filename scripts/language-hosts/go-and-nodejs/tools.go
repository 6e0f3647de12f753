//go:build tools

// Package tools names what scripts/language_hosts.py builds from this module, so that go.sum pins it.
package tools

import (
	_ "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go"
	_ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
)
