"""The world and what time, chance and other callers do to it; knows no operation of Connect, no route and no file.

world, models        one account: instances, TDGs, flows, users, numbers
pending_changes      what happens by itself when its time comes: claims complete, the other Region catches up
switches, delays     how the sandbox behaves where Connect is not documented, and times that vary
clock                the only module that knows what time it is
throttle             token buckets
faults, change_forms what goes wrong because somebody asked for it, and what a second writer can change
metrics, events      calls by outcome, calls a second, the history of each number, the log of everything
"""
