"""`acgr policy`: what a role may do, and nothing more.

commands    the command line
scope       which objects the role is for
document    the policy as data: statements from what a role needs and the scope. Pure
as_json, as_hcl, as_pulumi
            the policy as text: for IAM, for Terraform, for a program of Pulumi. Pure
"""
