"""Amazon Connect across two Regions: traffic distribution groups, their agents, phone numbers and flows.

This package knows nothing of Pulumi. Its floors, from the ground up, and what each is for:

- `log`: what an operator has at night;
- `model`: what is spoken of, without I/O: ARNs, identifiers, records, errors, the operation, the clock;
- `scheduling`: who may ask when: priority, token bucket, rate limiter, poll schedule, waits;
- `aws`: the only package that imports boto3: credentials, the Connect client, error codes, settings;
- `world`: what this run knows of the account: sweeps, the directory, the connection;
- `groups`: a traffic distribution group found, waited for, or why not;
- `agents`, `instances` and `numbers`: what is done, in three wings that do not know each other (statements A1 to A12
  and N1 to N15);
- `traffic`: how groups spread calls and agents over the Regions, the steps from one to the other, and one such change;
- `calls`: calls to numbers without a phone, by test cases of Connect;
- `survey`: everything there is of one pair of instances, read and never changed, for the commands.

Everything that is done for a resource takes the `Connection`, which all share, and the `Operation` of that resource.
"""
