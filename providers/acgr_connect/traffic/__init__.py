"""How traffic distribution groups spread calls and agents over the two Regions, and how that is changed.

`plan` says which steps lead from one distribution to another, and is pure; `reading` reads what holds, from one Region
alone; `shift` makes one change. Whoever changes anything here is a drill or a failover: no resource shifts traffic.
"""
