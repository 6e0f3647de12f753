# Terraform owns the flow and the number. Where the number is, and which flow answers it there, acgr says.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-west-2"
}

variable "instance" {
  description = "The instance's ARN"
  default     = "arn:aws:connect:eu-west-2:111122223333:instance/6d0e9f5b-2c3a-4b41-8a57-91f0c4f6d2ab"
}

resource "aws_connect_contact_flow" "reception" {
  instance_id = element(split("/", var.instance), 1)
  name        = "Reception"
  content = jsonencode({
    Version     = "2019-10-30"
    StartAction = "bye"
    Actions     = [{ Identifier = "bye", Type = "DisconnectParticipant", Parameters = {}, Transitions = {} }]
  })
}

resource "aws_connect_phone_number" "desk" {
  target_arn   = var.instance
  country_code = "GB"
  type         = "DID"

  # Deleted before the flow, which Connect does not delete while a number has it.
  depends_on = [aws_connect_contact_flow.reception]

  lifecycle {
    ignore_changes = [target_arn] # acgr has placed it on a group
  }
}

output "instance" { value = var.instance }
output "flow" { value = aws_connect_contact_flow.reception.arn }
output "number" { value = aws_connect_phone_number.desk.arn }
