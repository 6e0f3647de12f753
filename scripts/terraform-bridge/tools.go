//go:build tools

// Package tools names what scripts/terraform_bridge.py builds from this module, so that go.sum pins it.
package tools

import _ "github.com/pulumi/pulumi-terraform-bridge/v3/dynamic"
