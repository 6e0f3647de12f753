"""`acgr report`: who answers where, as one HTML file.

`answering` says what answers whom, from a survey; `picture` draws it; `history` tells past darknesses from logs and the
journal; `page` makes the file. None of them asks Connect: `commands` does, once.
"""
