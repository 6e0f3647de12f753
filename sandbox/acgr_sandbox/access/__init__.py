"""Who may do what: IAM policies, evaluated as AWS does.

policies    a policy, read strictly, and what it says of one action on one resource. Pure
conditions  when a statement of a policy holds. Pure
reference   AWS's table: on which resources each action is authorized, with which keys, and what it needs besides
requests    which actions on which resources a call of an operation is, and what is known of it
access      the policies of a sandbox: lets a call pass or refuses it, and remembers what was asked for
"""
