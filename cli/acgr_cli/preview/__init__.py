"""`acgr preview-comment`: what a preview of Pulumi means for callers, for people who have never seen Pulumi.

Three parts, all pure but for the command itself:

- what was printed is read (`reading`, from `steps`, `values`, `secrets`): every form of a preview becomes the same
  steps and sentences, and what is secret is hidden in them;
- what it means (`report`): `names` knows what objects are called, `pairing` finds hand-overs, `placements`,
  `contact_flows` and `answers` say what becomes of numbers (`numbers` adds what the provider says), `agents` who joins
  and who leaves, `drift` what a refresh found; `rules` is `--fail-on`;
- how it looks: `markdown` (with `picture`, `fitting`, `escape`), `as_text`, `as_json`; what all have in common is in
  `effects` and `words`.
"""
