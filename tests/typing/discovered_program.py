"""Phone numbers and agents of traffic distribution groups, as `acgr discover` found them.

The first `pulumi up` takes over what is as it is declared here, and changes nothing.
"""

import json
from pathlib import Path

import pulumi
from acgr_components import GlobalResiliency

# Instance "northwind" of account 111122223333: eu-west-2, replicated to eu-central-1.
#
# Not declared here, and why:
# - Group "being-shifted": UPDATE_IN_PROGRESS, not ACTIVE: nothing can be declared on it
#   now; left out with it: 1 number and 1 agent.
# - Group "empty": no number and no agent is there: nothing to declare.
# - Number +442079460012 on "retail": no flow answers in eu-west-2 and eu-central-1:
#   callers reach nothing there; a program that declares its flow sets it.
# - Number +442079460013 on "retail": no flow answers in eu-central-1: callers reach
#   nothing there; a program that declares its flow sets it.
# - Number +442079460014 on "retail": flow "Retired", which answers it in eu-west-2,
#   cannot be declared: it is ARCHIVED.
# - Number +442079460001 on "northwind": on the instance in eu-west-2; a program that
#   declares a number on a group moves it there.

# Two things keep a destroy from surprising anybody. protect=True: until it is taken
# away, Pulumi deletes nothing of what is declared here, be it in a destroy or because a
# number or a group is taken out of this file. "return_to": "leave": a number whose
# placement is deleted all the same stays on its group with its flow; without it, it
# would go back to its instance. Only the agents of a roster that is deleted leave the
# group.

# The agents of each group are in agents.json, a name a line, because there are many of
# them. Agents of a group who are not listed stay on it.
AGENTS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("agents.json").read_text(encoding="utf-8"),
)

# "00000000-0000-4000-8000-000000000777" cannot be written as a user's name: the ARN
# says which one is meant.
GlobalResiliency(
    "100-urgent-Muller-s",
    traffic_distribution_group='100% {urgent} "Müller\'s"',
    source_region="eu-west-2",
    replica_region="eu-central-1",
    numbers={
        "+442079460010": {
            "flow": ' 窓口 {0} %s \\ "it\'s"\n# noqa ',
            "return_to": "leave",
        },
        "+442079460011": {"flow": "+442079460001", "return_to": "leave"},
    },
    agents=AGENTS["100-urgent-Muller-s"],
    opts=pulumi.ResourceOptions(protect=True),
)

# eu-west-2 has several groups "Default": the ARN says which one is meant.
GlobalResiliency(
    "Default",
    traffic_distribution_group="arn:aws:connect:eu-west-2:111122223333:traffic-distribution-group/2d5a8a86-38ae-526e-8426-ca706667d12b",
    source_region="eu-west-2",
    replica_region="eu-central-1",
    numbers={
        "+442079460008": {"flow": "yes", "return_to": "leave"},
        "+442079460009": {"flow": "1e5", "return_to": "leave"},
    },
    agents=AGENTS["Default"],
    opts=pulumi.ResourceOptions(protect=True),
)

# eu-west-2 has several groups "retail": the ARN says which one is meant.
# left.behind is a user of eu-west-2 alone: nobody signs in as such in eu-central-1.
GlobalResiliency(
    "retail",
    traffic_distribution_group="arn:aws:connect:eu-west-2:111122223333:traffic-distribution-group/9773bd30-565c-5e54-a727-f87e2a4f17d8",
    source_region="eu-west-2",
    replica_region="eu-central-1",
    numbers={
        # An archived flow of eu-west-2 and eu-central-1 is called "Main IVR" too: the
        # name means the active one.
        "+442079460002": {"flow": "Main IVR", "return_to": "leave"},
        # eu-west-2 and eu-central-1 have several active flows "Sales": the ARN says
        # which one is meant.
        "+442079460003": {
            "flow": "arn:aws:connect:eu-west-2:111122223333:instance/2213ae3b-175b-5512-afec-527794ee4efb/contact-flow/00000000-0000-4000-8000-000000000002",
            "return_to": "leave",
        },
        # "Sales", as above.
        "+442079460004": {
            "flow": "arn:aws:connect:eu-west-2:111122223333:instance/2213ae3b-175b-5512-afec-527794ee4efb/contact-flow/00000000-0000-4000-8000-000000000002",
            "return_to": "leave",
        },
        "+442079460005": {"flow": "Service", "return_to": "leave"},
        "+442079460006": {
            "flow": {"eu-west-2": "Only in London", "eu-central-1": "Nur in Frankfurt"},
            "return_to": "leave",
        },
        # eu-west-2 has several active flows "Sales": the ARN says which one is meant.
        "+442079460007": {
            "flow": {
                "eu-west-2": "arn:aws:connect:eu-west-2:111122223333:instance/2213ae3b-175b-5512-afec-527794ee4efb/contact-flow/00000000-0000-4000-8000-000000000003",
                "eu-central-1": "yes",
            },
            "return_to": "leave",
        },
    },
    agents=AGENTS["retail"],
    opts=pulumi.ResourceOptions(protect=True),
)
