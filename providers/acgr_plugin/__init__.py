"""The second front door: a native provider plugin, for programs in every language that Pulumi has.

The logic of the resources is `acgr`'s. What is here translates: gRPC requests of the engine (`servicer`, `server`),
names and values on the wire (`naming`, `wire`), what the engine and its users are told of the package (`schema`).
"""
