"""Phone numbers and their flows as Pulumi resources."""
