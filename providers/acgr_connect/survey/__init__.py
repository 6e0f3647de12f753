"""What there is of one instance and its replica, read in both Regions and changed in none.

`pair` finds the two; `reading` asks for everything, as few times as can be; `records` is what comes of it. A Region
that does not answer, or an operation that is not allowed, is named in the survey, and the rest is read all the same.
"""
