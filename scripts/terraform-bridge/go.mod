module terraform-bridge

go 1.25.0

require github.com/pulumi/pulumi-terraform-bridge/v3 v3.120.0

// What the bridge itself replaces: a replacement counts only in the main module.
replace github.com/hashicorp/terraform-plugin-sdk/v2 => github.com/pulumi/terraform-plugin-sdk/v2 v2.0.0-20250923233607-7f1981c8674a
