"""What is spoken of, without I/O: ARNs, identifiers, records, errors, time."""
