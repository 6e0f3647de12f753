"""`acgr drill`: shifts calls to the other Region and back, proves that they are answered, and keeps evidence.

`words` says what is planned and what holds; `evidence` is the file, written as it goes; `proof` places calls or asks a
person to; `drill` does a drill, or what was left of one, and `failover` a failover; `page` is the evidence as HTML.
None of them prints or asks but through `console`; `commands` is the command line.
"""
