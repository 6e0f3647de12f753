"""What goes over the wire, by botocore's service model of Connect; knows nothing of worlds.

service_model   botocore's model, and which operation a method and a path belong to
rest_json       requests parsed, answers and errors rendered
validation      what the service checks of a request
patterns        the model's regular expressions
refusal         how an operation says no, and how an answer gets lost
caller, sts     who calls, by the signature's scope; STS GetCallerIdentity
"""
