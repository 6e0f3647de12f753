"""`acgr verify`: whether a failover would work. What is found is told by `acgr_connect.survey.findings`.

`commands` is the command line, `verification` what it does, `outcome` what comes of it, `as_…` how that is written.
`repair` and `prove` restore flows and place calls, where that is asked for; `stack_export` reads what a stack says.
"""
