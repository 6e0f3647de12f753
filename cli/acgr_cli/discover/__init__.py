"""`acgr discover`: what there is of a pair of instances, as a program that changes nothing.

commands    the command line
choosing    which groups, numbers and agents are meant: patterns. Pure
written     how a program writes a group, a flow or an agent, so that it means this one and no other. Pure
found       from a survey to what is declared, and what is left out and why. Pure
source      a small part of Python, laid out as `ruff format` would. Pure
program     the files of the program, from what was found. Pure
as_data     the same as YAML or JSON. Pure
files       several files written together: all of them, or none
"""
