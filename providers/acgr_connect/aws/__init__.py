"""The only package that imports boto3: sessions, the Connect client, error codes, settings."""
