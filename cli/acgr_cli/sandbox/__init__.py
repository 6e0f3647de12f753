"""`acgr sandbox`: starts, watches and stops a sandbox, which is a process of its own that is found by its folder.

commands      the actions of the command line
process       the sandbox as a process: started by name, found, stopped, and asked over its control routes
lock          one start at a time in a folder
calls         what `call` places, and what it says
environment   the variables that lead AWS clients to it
browser       opens the page that the sandbox serves, where there is a browser to open it
watch         the live view in the terminal, of what `dashboard` draws
"""
